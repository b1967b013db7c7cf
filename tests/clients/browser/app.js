// An application that is nothing but a page: oauth4webapi in a browser, with
// PKCE and no secret. Every request to the site is one to another origin.

import * as oauth from 'oauth4webapi'

// What another page would have written into its source.
const { site, client_id, redirect_uri } = await (await fetch('config.json')).json()
const SCOPE = 'profile media:read media:write'

// The tests' site speaks plain http, on this machine alone.
const options = { [oauth.allowInsecureRequests]: true }

const issuer = new URL(site)
const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...options }),
)
const client = { client_id }
const authentication = oauth.None()

/** The parameters of a new authorization request, which outlives this page. */
async function request() {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  sessionStorage.attempt = JSON.stringify({ verifier, state })
  return {
    response_type: 'code',
    client_id,
    redirect_uri,
    scope: SCOPE,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
}

function leave(parameters) {
  const url = new URL(server.authorization_endpoint)
  url.search = new URLSearchParams(parameters)
  location.assign(url)
  return 'gone'
}

function keep(token) {
  sessionStorage.token = JSON.stringify(token)
  return `allowed ${token.scope}`
}

function token() {
  return JSON.parse(sessionStorage.token)
}

async function callback(url) {
  const { verifier, state } = JSON.parse(sessionStorage.attempt)
  delete sessionStorage.attempt
  // The code stands neither in the history nor in what is reloaded.
  history.replaceState(null, '', location.pathname)
  const parameters = oauth.validateAuthResponse(server, client, url, state)
  const response = await oauth.authorizationCodeGrantRequest(
    server, client, authentication, parameters, redirect_uri, verifier, options)
  return keep(await oauth.processAuthorizationCodeResponse(server, client, response))
}

const commands = {
  async connect() {
    return leave(await request())
  },

  async push() {
    const response = await oauth.pushedAuthorizationRequest(
      server, client, authentication, await request(), options)
    const pushed = await oauth.processPushedAuthorizationResponse(server, client, response)
    return leave({ client_id, request_uri: pushed.request_uri })
  },

  async me() {
    const response = await oauth.protectedResourceRequest(
      token().access_token, 'GET', new URL('/api/v1/me', site), undefined, undefined, options)
    return (await response.json()).username
  },

  async refresh() {
    const response = await oauth.refreshTokenGrantRequest(
      server, client, authentication, token().refresh_token, options)
    return keep(await oauth.processRefreshTokenResponse(server, client, response))
  },

  async revoke() {
    const response = await oauth.revocationRequest(
      server, client, authentication, token().refresh_token, options)
    await oauth.processRevocationResponse(response)
    return 'revoked'
  },
}

const said = document.querySelector('#said')

/** Does something and shows how it went. */
async function show(work) {
  said.value = ''
  try {
    said.value = await work
  } catch (error) {
    // From the redirect or a JSON body, or else from the challenge.
    const code = error.error ?? error.cause?.[0]?.parameters?.error
    said.value = code ? `error ${code}` : error.stack
  }
}

for (const [name, command] of Object.entries(commands)) {
  document.querySelector(`#${name}`).addEventListener('click', () => show(command()))
}
if (sessionStorage.attempt) {
  await show(callback(new URL(location.href)))
} else {
  said.value = 'ready'
}
