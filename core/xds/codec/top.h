#pragma once
// The door to the outside: text to message and back. The only place where the JSON library could throw.

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/xds/codec/areas.h"

namespace varka::xds::codec {

/// Strict JSON; the failure says line and column.
Result<Json> parseJson(std::string_view text);
/// The "name" (or "clusterName") of an object, "" when it has none.
std::string nameIn(const Json& json);

template <typename T>
std::string toText(const T& message) {
  std::string out;
  Writer writer(out);
  write(writer, message);
  return out;
}
template <typename T>
std::string toTypedText(std::string_view url, const T& message) {
  std::string out;
  Writer writer(out);
  writer.typed(url, [&] { write(writer, message); });
  return out;
}

/// Errors read "NAME: path.to.field: reason".
template <typename T>
Result<T> fromTree(const Json& json, Notices* notices) {
  T message;
  Context context{{}, notices};
  if (read(context, Path(), json, message)) return message;
  const std::string name = nameIn(json);
  return fail(name.empty() ? context.error : name + ": " + context.error);
}
template <typename T>
Result<T> fromText(std::string_view text, Notices* notices) {
  const auto json = parseJson(text);
  if (!json) return fail(json.error());
  return fromTree<T>(*json, notices);
}

}  // namespace varka::xds::codec
