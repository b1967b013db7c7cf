// An OpenID provider that knows nothing of Hob: oidc-provider, with accounts
// for whoever types a name. It listens until its input ends.
import { createInterface } from "node:readline";
import { Provider } from "oidc-provider";

const { ISSUER, SITE } = process.env;

const findAccount = async (_, accountId) => ({
  accountId,
  claims: async () => ({ sub: accountId, preferred_username: accountId }),
});

const provider = new Provider(ISSUER, {
  clients: [
    {
      client_id: "hob",
      client_secret: "a secret of some length, as it asks for",
      redirect_uris: [`${SITE}/signin/oidc/authorized`],
      post_logout_redirect_uris: [`${SITE}/`],
      response_types: ["code"],
      grant_types: ["authorization_code", "refresh_token"],
    },
  ],
  claims: { openid: ["sub"], profile: ["preferred_username"] },
  conformIdTokenClaims: true,
  cookies: { keys: ["a key for cookies"] },
  features: {
    devInteractions: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  findAccount,
  pkce: { required: () => true },
});

const server = provider.listen(new URL(ISSUER).port, "127.0.0.1");
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "ready?") {
    if (!server.listening) await new Promise((ready) => server.once("listening", ready));
    console.log("ready");
  }
}
server.close();
server.closeAllConnections();
process.exit(0);
