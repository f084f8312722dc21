#pragma once
// The kinds that people name on the command line: kubectl's plurals, singulars and short names. A table; pure.

#include <string>
#include <string_view>
#include <vector>

namespace varka::api {

struct KindInfo {
  const char* kind;
  const char* group;
  const char* plural;
  const char* singular;
  const char* shortName;  // "" = none
  bool namespaced;
};

const std::vector<KindInfo>& kinds();
/// By kind, plural, singular, short name, or "virtualservices.networking.istio.io"; case does not count. Null if unknown.
const KindInfo* findKind(std::string_view name);

}  // namespace varka::api
