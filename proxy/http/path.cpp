#include <string>
#include <vector>

#include "proxy/http/http_config.h"

namespace varka::proxy {
namespace {

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool isUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

/// Decodes what needs no escape; `slashes` says whether %2F and %5C are decoded too. False on a NUL.
bool decodeEscapes(std::string& path, bool slashes, bool& foundSlash) {
  std::string out;
  out.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool escape =
        path[i] == '%' && i + 2 < path.size() && hexValue(path[i + 1]) >= 0 && hexValue(path[i + 2]) >= 0;
    if (!escape) {
      out += path[i] == '\\' ? '/' : path[i];
      continue;
    }
    const char decoded = static_cast<char>(hexValue(path[i + 1]) * 16 + hexValue(path[i + 2]));
    if (decoded == '\0') return false;
    const bool slash = decoded == '/' || decoded == '\\';
    foundSlash = foundSlash || slash;
    if (slash && slashes) {
      out += '/';
    } else if (isUnreserved(decoded)) {
      out += decoded;
    } else {
      out.append(path, i, 3);
    }
    i += 2;
  }
  path = std::move(out);
  return true;
}

/// remove_dot_segments of RFC 3986 §5.2.4; false when it climbs above the root.
bool removeDots(std::string& path) {
  std::vector<std::string> kept;
  std::size_t at = 1;
  bool trailing = false;
  while (at <= path.size()) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string segment = path.substr(at, end - at);
    trailing = segment == "." || segment == "..";
    if (segment == "..") {
      if (kept.empty()) return false;
      kept.pop_back();
    } else if (segment != ".") {
      kept.push_back(segment);
    }
    at = end + 1;
  }
  std::string out;
  for (const auto& segment : kept) out += "/" + segment;
  if (trailing || out.empty()) out += "/";
  path = std::move(out);
  return true;
}

void mergeSlashes(std::string& path) {
  std::string out;
  for (const char c : path)
    if (c != '/' || out.empty() || out.back() != '/') out += c;
  path = std::move(out);
}

bool needsWork(std::string_view path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '%' || c == '\\') return true;
    if (c == '/' && i + 1 < path.size() && (path[i + 1] == '/' || path[i + 1] == '.')) return true;
  }
  return false;
}

}  // namespace

PathVerdict normalizePath(const xds::HttpConnectionManager& config, RequestHead& head) {
  using Action = xds::PathWithEscapedSlashesAction;
  const Action action = config.pathWithEscapedSlashesAction;
  const bool escapedMatters = action == Action::RejectRequest || action == Action::UnescapeAndRedirect ||
                              action == Action::UnescapeAndForward;
  if (!config.normalizePath && !config.mergeSlashes && !escapedMatters) return PathVerdict::Fine;
  if (head.path.empty() || head.path[0] != '/') return PathVerdict::Fine;
  const auto query = std::min(head.path.find('?'), head.path.size());
  if (!needsWork(head.path.substr(0, query))) return PathVerdict::Fine;
  std::string path(head.path.substr(0, query));
  const std::string before = path;
  bool escapedSlash = false;
  const bool unescape = action == Action::UnescapeAndRedirect || action == Action::UnescapeAndForward;
  if (config.normalizePath || escapedMatters) {
    if (!decodeEscapes(path, unescape, escapedSlash)) return PathVerdict::Reject;
    if (escapedSlash && action == Action::RejectRequest) return PathVerdict::Reject;
  }
  if (config.normalizePath && !removeDots(path)) return PathVerdict::Reject;
  if (config.mergeSlashes) mergeSlashes(path);
  if (path == before) return PathVerdict::Fine;
  path.append(head.path.substr(query));
  head.setPath(path);
  return escapedSlash && action == Action::UnescapeAndRedirect ? PathVerdict::Redirect : PathVerdict::Fine;
}

}  // namespace varka::proxy
