// GET / names the language; GET /call/HOST fetches http://HOST:9080/ with plain sockets and getaddrinfo. One thread a connection.
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace {

std::string readHead(int fd) {
  std::string text;
  char buffer[4096];
  while (text.find("\r\n\r\n") == std::string::npos) {
    const auto n = read(fd, buffer, sizeof buffer);
    if (n <= 0) return {};
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return text;
}

std::string fetch(const std::string& host) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host.c_str(), "9080", &hints, &found) != 0) return "cannot resolve " + host + "\n";
  const int fd = socket(found->ai_family, SOCK_STREAM, 0);
  std::string body = "cannot connect to " + host + "\n";
  if (connect(fd, found->ai_addr, found->ai_addrlen) == 0) {
    const std::string request = "GET / HTTP/1.1\r\nHost: " + host + ":9080\r\nConnection: close\r\n\r\n";
    if (write(fd, request.data(), request.size()) > 0) {
      std::string answer;
      char buffer[4096];
      for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) answer.append(buffer, static_cast<std::size_t>(n));
      const auto end = answer.find("\r\n\r\n");
      body = end == std::string::npos ? "no answer\n" : answer.substr(end + 4);
    }
  }
  close(fd);
  freeaddrinfo(found);
  return body;
}

std::string addressOf(const sockaddr_in& address) {
  char text[INET_ADDRSTRLEN];
  return inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
}

void serve(int fd) {
  for (std::string head; !(head = readHead(fd)).empty();) {
    const auto path = head.substr(4, head.find(' ', 4) - 4);
    std::string body;
    if (path.rfind("/call/", 0) == 0) {
      body = fetch(path.substr(6));
    } else {
      sockaddr_in peer{}, local{};
      socklen_t size = sizeof peer;
      getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size);
      size = sizeof local;
      getsockname(fd, reinterpret_cast<sockaddr*>(&local), &size);
      body = "cpp peer=" + addressOf(peer) + " local=" + addressOf(local) + "\n";
    }
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    if (write(fd, answer.data(), answer.size()) < 0) break;
  }
  close(fd);
}

}  // namespace

int main() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9080);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 64) != 0) return 1;
  for (int fd; (fd = accept(listener, nullptr, nullptr)) >= 0;) std::thread(serve, fd).detach();
}
