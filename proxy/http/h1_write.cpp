#include "proxy/http/h1_write.h"

#include <charconv>

namespace varka::proxy {
namespace {

void appendField(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string_view reasonPhrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 203:
      return "Non-Authoritative Information";
    case 204:
      return "No Content";
    case 205:
      return "Reset Content";
    case 206:
      return "Partial Content";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Payload Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 418:
      return "I'm a teapot";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Entity";
    case 425:
      return "Too Early";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 511:
      return "Network Authentication Required";
    default:
      return "";
  }
}

void appendRequestHead(const RequestHead& head, std::string& out) {
  out.append(head.method).append(" ");
  out.append(head.method == "CONNECT" ? head.authority : head.path).append(" HTTP/1.1\r\n");
  appendField(out, "host", head.authority);
  for (const auto& field : head.fields()) appendField(out, field.name, field.value);
  if (head.chunked) out.append("transfer-encoding: chunked\r\n");
  if (!head.upgrade.empty()) {
    out.append("connection: upgrade\r\n");
    appendField(out, "upgrade", head.upgrade);
  }
  out.append("\r\n");
}

void appendResponseHead(const ResponseHead& head, bool close, Protocol toProtocol, std::string& out) {
  char status[4];
  std::to_chars(status, status + 3, head.status);
  out.append("HTTP/1.1 ").append(status, 3).append(" ").append(reasonPhrase(head.status)).append("\r\n");
  for (const auto& field : head.fields()) appendField(out, field.name, field.value);
  if (head.chunked) out.append("transfer-encoding: chunked\r\n");
  if (head.status == 101)
    out.append("connection: upgrade\r\n");
  else if (close)
    out.append("connection: close\r\n");
  else if (toProtocol == Protocol::Http10)
    out.append("connection: keep-alive\r\n");
  out.append("\r\n");
}

void appendChunk(std::string_view data, std::string& out) {
  if (data.empty()) return;  // an empty chunk would end the body
  char size[16];
  const auto [end, error] = std::to_chars(size, size + sizeof size, data.size(), 16);
  (void)error;
  out.append(size, static_cast<std::size_t>(end - size)).append("\r\n").append(data).append("\r\n");
}

}  // namespace varka::proxy
