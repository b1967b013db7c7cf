// An application on oauth4webapi, from the server's metadata on.

import './node18.mjs'
import * as oauth from 'oauth4webapi'
import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { answer } from './commands.mjs'

const { HOB_URL, CLIENT_ID, CLIENT_SECRET, DPOP, PRIVATE_KEY_JWT } = process.env
const CALLBACK = 'http://127.0.0.1:5000/callback'

const client = { client_id: CLIENT_ID }
// It does not leave this program; the site knows the public one.
const key = PRIVATE_KEY_JWT && (await oauth.generateKeyPair('ES256'))
const authentication = key
  ? oauth.PrivateKeyJwt({ key: key.privateKey, kid: 'own' })
  : CLIENT_SECRET
    ? oauth.ClientSecretBasic(CLIENT_SECRET)
    : oauth.None()

// The tests' site speaks plain http, on this machine alone.
const options = { [oauth.allowInsecureRequests]: true }
if (DPOP) {
  // A key that not even this program can read out.
  options.DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
}

const issuer = new URL(HOB_URL)
const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...options }),
)
// A real application keeps these two with the browser's session.
let verifier
let state
let token
let device

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

/**
 * Sends a request and takes its answer; once more, where the server wants a
 * nonce in the DPoP proof that it has just given.
 */
async function send(request, take = (response) => response) {
  try {
    return await take(await request())
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return await take(await request())
  }
}

/** Asks the API. A challenge is thrown as an error. */
function api(method, path, headers, body) {
  return send(() => oauth.protectedResourceRequest(
    token.access_token, method, new URL(HOB_URL + path), headers, body, options))
}

await answer({
  async connect(scope) {
    return authorizationUrl(await request(scope))
  },

  async push(scope) {
    const parameters = await request(scope)
    const pushed = await send(
      () => oauth.pushedAuthorizationRequest(server, client, authentication, parameters, options),
      (response) => oauth.processPushedAuthorizationResponse(server, client, response),
    )
    return authorizationUrl({ client_id: CLIENT_ID, request_uri: pushed.request_uri })
  },

  async callback(url) {
    // Compares state and iss, and throws where the answer is an error.
    const parameters = oauth.validateAuthResponse(server, client, new URL(url), state)
    token = await send(
      () => oauth.authorizationCodeGrantRequest(
        server, client, authentication, parameters, CALLBACK, verifier, options),
      (response) => oauth.processAuthorizationCodeResponse(server, client, response),
    )
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
    token = await send(
      () => oauth.refreshTokenGrantRequest(
        server, client, authentication, token.refresh_token, options),
      (response) => oauth.processRefreshTokenResponse(server, client, response),
    )
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
    token = await send(
      () => oauth.clientCredentialsGrantRequest(
        server, client, authentication, { scope }, options),
      (response) => oauth.processClientCredentialsResponse(server, client, response),
    )
    return `allowed ${token.scope}`
  },

  async device(scope) {
    const response = await oauth.deviceAuthorizationRequest(
      server, client, authentication, { scope }, options)
    device = await oauth.processDeviceAuthorizationResponse(server, client, response)
    return `${device.user_code} ${device.verification_uri}`
  },

  async poll() {
    for (let interval = device.interval; ;) {
      await setTimeout(interval * 1000)
      try {
        token = await send(
          () => oauth.deviceCodeGrantRequest(
            server, client, authentication, device.device_code, options),
          (response) => oauth.processDeviceCodeResponse(server, client, response),
        )
        return `allowed ${token.scope}`
      } catch (error) {
        if (error.error === 'slow_down') interval += 5
        else if (error.error !== 'authorization_pending') throw error
      }
    }
  },

  async count() {
    const response = await api('GET', '/api/v1/media')
    return (await response.json()).media.length
  },

  async keys() {
    const jwk = await crypto.subtle.exportKey('jwk', key.publicKey)
    return JSON.stringify({ keys: [{ ...jwk, kid: 'own' }] })
  },

  show() {
    return token.access_token
  },
})
