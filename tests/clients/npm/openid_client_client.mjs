// An application on openid-client, from the server's metadata on.

import './node18.mjs'
import * as client from 'openid-client'
import { answer } from './commands.mjs'

const { HOB_URL, CLIENT_ID, CLIENT_SECRET, DPOP, PRIVATE_KEY_JWT } = process.env
const CALLBACK = 'http://127.0.0.1:5000/callback'

// It does not leave this program; the site knows the public one.
const key = PRIVATE_KEY_JWT && (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']))
const authentication = key
  ? client.PrivateKeyJwt(key.privateKey)
  : CLIENT_SECRET
    ? client.ClientSecretBasic(CLIENT_SECRET)
    : client.None()

const config = await client.discovery(
  new URL(HOB_URL),
  CLIENT_ID,
  undefined,
  authentication,
  // Hob speaks OAuth 2 and not OpenID Connect. The tests' site speaks plain
  // http, on this machine alone.
  { algorithm: 'oauth2', execute: [client.allowInsecureRequests] },
)

// With a key of its own it gets tokens that are of no use without the key, and
// repeats a request by itself where the server wants a nonce.
const options = {}
if (DPOP) options.DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))

// A real application keeps these two with the browser's session.
let verifier
let state
let token
let device

/** The parameters of a new authorization request. */
async function request(scope) {
  verifier = client.randomPKCECodeVerifier()
  state = client.randomState()
  return {
    redirect_uri: CALLBACK,
    scope,
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
}

/** Asks the API. A challenge is thrown as an error. */
async function api(path) {
  const response = await client.fetchProtectedResource(
    config, token.access_token, new URL(HOB_URL + path), 'GET', undefined, undefined, options)
  return response.json()
}

await answer({
  async connect(scope) {
    return client.buildAuthorizationUrl(config, await request(scope))
  },

  async push(scope) {
    return client.buildAuthorizationUrlWithPAR(config, await request(scope), options)
  },

  async callback(url) {
    // Compares state and iss, and throws where the answer is an error.
    token = await client.authorizationCodeGrant(config, new URL(url), {
      pkceCodeVerifier: verifier,
      expectedState: state,
    }, undefined, options)
    return `allowed ${token.scope}`
  },

  async me() {
    return (await api('/api/v1/me')).username
  },

  async refresh() {
    token = await client.refreshTokenGrant(config, token.refresh_token, undefined, options)
    return `allowed ${token.scope}`
  },

  async revoke() {
    await client.tokenRevocation(config, token.refresh_token)
    return 'revoked'
  },

  async introspect() {
    const told = await client.tokenIntrospection(config, token.access_token)
    return told.active ? `active ${told.scope}` : 'inactive'
  },

  async machine(scope) {
    token = await client.clientCredentialsGrant(config, { scope }, options)
    return `allowed ${token.scope}`
  },

  async device(scope) {
    device = await client.initiateDeviceAuthorization(config, { scope })
    return `${device.user_code} ${device.verification_uri}`
  },

  async poll() {
    token = await client.pollDeviceAuthorizationGrant(config, device, undefined, options)
    return `allowed ${token.scope}`
  },

  async count() {
    return (await api('/api/v1/media')).media.length
  },

  async keys() {
    return JSON.stringify({ keys: [await crypto.subtle.exportKey('jwk', key.publicKey)] })
  },

  show() {
    return token.access_token
  },
})
