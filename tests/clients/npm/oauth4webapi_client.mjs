// An application on oauth4webapi, from the server's metadata on.

import './node18.mjs'
import * as oauth from 'oauth4webapi'
import { readFile } from 'node:fs/promises'
import { answer } from './commands.mjs'

const { HOB_URL, CLIENT_ID, CLIENT_SECRET } = process.env
const CALLBACK = 'http://127.0.0.1:5000/callback'

// The tests' site speaks plain http, on this machine alone.
const options = { [oauth.allowInsecureRequests]: true }

const issuer = new URL(HOB_URL)
const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...options }),
)
const client = { client_id: CLIENT_ID }
const authentication = CLIENT_SECRET ? oauth.ClientSecretBasic(CLIENT_SECRET) : oauth.None()

// A real application keeps these two with the browser's session.
let verifier
let state
let token

/** The parameters of a new authorization request. */
async function request(scope) {
  verifier = oauth.generateRandomCodeVerifier()
  state = oauth.generateRandomState()
  return {
    response_type: 'code',
    client_id: CLIENT_ID,
    redirect_uri: CALLBACK,
    scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
}

function authorizationUrl(parameters) {
  const url = new URL(server.authorization_endpoint)
  url.search = new URLSearchParams(parameters)
  return url
}

/** Asks the API. A challenge is thrown as an error. */
function api(method, path, headers, body) {
  return oauth.protectedResourceRequest(
    token.access_token, method, new URL(path, HOB_URL), headers, body, options)
}

await answer({
  async connect(scope) {
    return authorizationUrl(await request(scope))
  },

  async push(scope) {
    const response = await oauth.pushedAuthorizationRequest(
      server, client, authentication, await request(scope), options)
    const pushed = await oauth.processPushedAuthorizationResponse(server, client, response)
    return authorizationUrl({ client_id: CLIENT_ID, request_uri: pushed.request_uri })
  },

  async callback(url) {
    // Compares state and iss, and throws where the answer is an error.
    const parameters = oauth.validateAuthResponse(server, client, new URL(url), state)
    const response = await oauth.authorizationCodeGrantRequest(
      server, client, authentication, parameters, CALLBACK, verifier, options)
    token = await oauth.processAuthorizationCodeResponse(server, client, response)
    return `allowed ${token.scope}`
  },

  async me() {
    const response = await api('GET', '/api/v1/me')
    return (await response.json()).username
  },

  async publish(file) {
    const form = new FormData()
    form.set('file', new Blob([await readFile(file)]), 'photograph')
    form.set('title', 'From oauth4webapi')
    // The library takes bytes, and so the form is encoded by hand.
    const encoded = new Response(form)
    const headers = new Headers({ 'content-type': encoded.headers.get('content-type') })
    const response = await api('POST', '/api/v1/media', headers, await encoded.arrayBuffer())
    return new URL((await response.json()).url).pathname
  },

  async refresh() {
    const response = await oauth.refreshTokenGrantRequest(
      server, client, authentication, token.refresh_token, options)
    token = await oauth.processRefreshTokenResponse(server, client, response)
    return `allowed ${token.scope}`
  },

  async revoke() {
    const response = await oauth.revocationRequest(
      server, client, authentication, token.refresh_token, options)
    await oauth.processRevocationResponse(response)
    return 'revoked'
  },

  async introspect() {
    const response = await oauth.introspectionRequest(
      server, client, authentication, token.access_token, options)
    const told = await oauth.processIntrospectionResponse(server, client, response)
    return told.active ? `active ${told.scope}` : 'inactive'
  },

  async machine(scope) {
    const response = await oauth.clientCredentialsGrantRequest(
      server, client, authentication, { scope }, options)
    token = await oauth.processClientCredentialsResponse(server, client, response)
    return `allowed ${token.scope}`
  },

  async count() {
    const response = await api('GET', '/api/v1/media')
    return (await response.json()).media.length
  },
})
