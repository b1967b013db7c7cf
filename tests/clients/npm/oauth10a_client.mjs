// An application that signs its requests, on oauth-1.0a, which signs and leaves
// the sending to others.

import { createHmac } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import OAuth from 'oauth-1.0a'
import { answer } from './commands.mjs'

const { HOB_URL, CLIENT_ID, CLIENT_SECRET } = process.env
const digest = { 'HMAC-SHA1': 'sha1', 'HMAC-SHA256': 'sha256' }
const method = process.env.SIGNATURE_METHOD ?? 'HMAC-SHA1'

const oauth = new OAuth({
  consumer: { key: CLIENT_ID, secret: CLIENT_SECRET },
  signature_method: method,
  hash_function: (text, key) => createHmac(digest[method], key).update(text).digest('base64'),
})

let token

class Refused extends Error {
  constructor(problem) {
    super(problem)
    this.error = problem
  }
}

/** Signs and sends; a form is signed too, and an upload is not. */
async function send(method, path, { parameters = {}, form, upload } = {}) {
  const url = HOB_URL + path
  const signed = oauth.authorize({ url, method, data: { ...parameters, ...form } }, token)
  const protocol = Object.fromEntries(
    Object.entries(signed).filter(([name]) => name.startsWith('oauth_')),
  )
  const response = await fetch(url, {
    method,
    headers: oauth.toHeader(protocol),
    body: form ? new URLSearchParams(form) : upload,
  })
  if (response.ok) return response
  const told = (response.headers.get('www-authenticate') ?? '') + (await response.text())
  throw new Refused(/oauth_problem="?(\w+)/.exec(told)?.[1])
}

/** Takes the token that an answer brings. */
async function take(response) {
  const fields = new URLSearchParams(await response.text())
  token = { key: fields.get('oauth_token'), secret: fields.get('oauth_token_secret') }
}

async function takeUp(verifier) {
  await take(await send('POST', '/oauth1/access_token', { parameters: { oauth_verifier: verifier } }))
  return 'allowed'
}

await answer({
  async connect(callback) {
    token = undefined
    await take(
      await send('POST', '/oauth1/request_token', {
        parameters: { oauth_callback: callback },
        form: { scope: 'profile media:read media:write' },
      }),
    )
    return `${HOB_URL}/oauth1/authorize?oauth_token=${token.key}`
  },

  async callback(url) {
    const query = new URL(url).searchParams
    if (query.has('oauth_problem')) throw new Refused(query.get('oauth_problem'))
    return takeUp(query.get('oauth_verifier'))
  },

  verifier: takeUp,

  async me() {
    return (await (await send('GET', '/api/v1/me')).json()).username
  },

  async count() {
    const response = await send('GET', '/api/v1/media?limit=5&tag=a%20b%26c')
    return (await response.json()).media.length
  },

  async publish(file) {
    const upload = new FormData()
    upload.set('title', 'From oauth-1.0a')
    upload.set('tags', 'javascript')
    upload.set('file', await openAsBlob(file), 'photograph')
    const published = await (await send('POST', '/api/v1/media', { upload })).json()
    return new URL(published.url).pathname
  },
})
