// GET / names the language; GET /call/HOST fetches http://HOST:9080/ with http.get.
const http = require('http');
http.createServer((request, response) => {
  if (!request.url.startsWith('/call/')) {
    const {remoteAddress, localAddress} = request.socket;
    response.end(`node peer=${remoteAddress} local=${localAddress}\n`);
    return;
  }
  http.get(`http://${request.url.slice(6)}:9080/`, (answer) => answer.pipe(response))
      .on('error', (error) => { response.statusCode = 502; response.end(String(error)); });
}).listen(9080, '0.0.0.0');
process.on('SIGTERM', () => process.exit(0));
