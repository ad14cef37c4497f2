// An OpenID provider of its own right (oidc-provider), strict about PKCE, for one client.
// usage: node provider.mjs PORT REDIRECT_URI
import { Provider } from "oidc-provider";

const [port, redirectUri] = process.argv.slice(2);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "latchkey",
      client_secret: "a-secret-of-the-tests",
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_post",
    },
  ],
  pkce: { required: () => true },
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, email: id, email_verified: true }) }),
  cookies: { keys: ["of the tests"] },
});
provider.listen(Number(port), "127.0.0.1");
