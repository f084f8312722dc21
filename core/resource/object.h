#pragma once
// Object: a Kubernetes-shaped resource (apiVersion, kind, metadata, spec…) with the place it came from. A
// value, shared as `ObjectPtr` once it is in the store; never changed there.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/origin.h"
#include "core/resource/value.h"

namespace varka::resource {

/// Identity in the store. `group` is "" for the core group; versions of one group are one kind.
struct Key {
  std::string group;
  std::string kind;
  std::string ns;  // "" for cluster-scoped kinds
  std::string name;
  auto operator<=>(const Key&) const = default;
  /// "VirtualService default/reviews", as messages name it.
  [[nodiscard]] std::string text() const;
};

using Labels = std::map<std::string, std::string>;

struct Object {
  std::string apiVersion;  // "networking.istio.io/v1"
  std::string kind;        // "VirtualService"
  std::string name;
  std::string ns;
  Labels labels;
  Labels annotations;
  std::string uid;
  std::int64_t generation = 0;
  std::uint64_t resourceVersion = 0;   // the store's revision of the last change
  std::int64_t creationTimestamp = 0;  // ms since the epoch, unique per object (tie-breaks compare it)
  Value root;                          // the whole document, marks included
  Origin origin;                       // file and start of the document

  [[nodiscard]] std::string group() const;
  [[nodiscard]] std::string version() const;
  [[nodiscard]] Key key() const;
  [[nodiscard]] const Value& spec() const { return root["spec"]; }
  [[nodiscard]] const Value& status() const { return root["status"]; }
  /// file:line:column of a node of this object.
  [[nodiscard]] Origin at(const Value& node) const { return Origin{origin.file, node.mark()}; }
};

using ObjectPtr = std::shared_ptr<const Object>;

/// matchLabels + matchExpressions (In, NotIn, Exists, DoesNotExist). An empty selector matches everything.
[[nodiscard]] bool selectorMatches(const Value& selector, const Labels& labels);
/// Plain map selector as in Service.spec.selector and Istio workload selectors' matchLabels.
[[nodiscard]] bool mapMatches(const Value& matchLabels, const Labels& labels);
[[nodiscard]] Labels labelsOf(const Value& map);

}  // namespace varka::resource
