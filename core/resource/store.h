#pragma once
// Store: the one set of resources with a global revision and a watch. Lives on the mesh thread (asserted);
// readers elsewhere take `snapshot()`, which is immutable. Durable history is core/store's job, not this
// one's.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/resource/object.h"

namespace varka::resource {

enum class ChangeKind { Added, Modified, Deleted };

struct Change {
  ChangeKind kind;
  ObjectPtr object;    // for Deleted: the last version
  ObjectPtr previous;  // null for Added
};

/// All resources at one revision. Share freely between threads.
class Snapshot {
 public:
  std::uint64_t revision = 0;
  std::map<Key, ObjectPtr> objects;

  [[nodiscard]] ObjectPtr find(const Key& key) const;
  /// All of one kind, ordered by namespace and name.
  [[nodiscard]] std::vector<ObjectPtr> list(std::string_view group, std::string_view kind,
                                            std::string_view ns = {}) const;
};

/// Who owns an object: what came from files is replaced when the file set is reloaded; what came through the
/// API is not.
enum class Source { File, Api, Controller };

class Store {
 public:
  using Listener = std::function<void(const std::vector<Change>&, std::uint64_t revision)>;

  Store();
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const;
  [[nodiscard]] std::uint64_t revision() const;

  /// Creates or replaces; unchanged content (marks ignored) makes no revision. Sets uid, generation,
  /// resourceVersion, creationTimestamp. One call = one revision = one notification.
  std::vector<Change> apply(std::vector<Object> objects, Source source);
  /// The objects of `Source::File` become exactly these (the reload of a file set), atomically.
  std::vector<Change> replaceFiles(std::vector<Object> objects);
  Result<> remove(const Key& key);
  [[nodiscard]] std::optional<Source> sourceOf(const Key& key) const;

  /// Called after each revision, on the mesh thread. Returns an id for `unwatch`.
  int watch(Listener listener);
  void unwatch(int id);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace varka::resource
