// A launch by ltijs on PostgreSQL: PORT SOCKET_FOLDER DATABASE ISSUER CLIENT_ID JWKS_URL
const lti = require("ltijs").Provider;
const Database = require("ltijs-sequelize");

const [port, host, database, issuer, clientId, jwksUrl] = process.argv.slice(2);
const SMALL_PAGE = "<!doctype html><title>Page</title><p>Hello";

async function main() {
  const plugin = new Database(database, "postgres", "", { host, dialect: "postgres", logging: false });
  lti.setup(
    "k".repeat(32),
    { plugin },
    { appRoute: "/lti/launch", loginRoute: "/lti/login", cookies: { secure: false, sameSite: "" } },
  );
  lti.onConnect((_token, _request, response) => response.send(SMALL_PAGE));
  await lti.deploy({ port: Number(port), silent: true });
  await lti.registerPlatform({
    url: issuer,
    name: "bench",
    clientId,
    authenticationEndpoint: `${issuer}/auth`,
    accesstokenEndpoint: `${issuer}/token`,
    authConfig: { method: "JWK_SET", key: jwksUrl },
  });
  console.log(`ready ${process.pid}`);
}

main();
