// The dialogue with the tests: a line in, a line out. Nothing here is about
// OAuth.

import { createInterface } from 'node:readline'

/** Answers each line by the function of its first word. */
export async function answer(commands) {
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, ...words] = line.split(' ')
    let reply
    try {
      reply = await commands[command](words.join(' '))
    } catch (error) {
      const code = await codeOf(error)
      if (!code) throw error
      reply = `error ${code}`
    }
    console.log(String(reply))
  }
}

/** The error code of the answer that an error came of, if it came of one. */
async function codeOf(error) {
  // What stands in the redirect or in a JSON body, or else in the challenge of
  // the WWW-Authenticate header. A challenge keeps the libraries from reading
  // the body.
  return (
    error.error ?? error.cause?.[0]?.parameters?.error ?? (await error.response?.json())?.error
  )
}
