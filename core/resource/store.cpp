#include "core/resource/store.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <mutex>
#include <random>
#include <thread>

namespace varka::resource {
namespace {

std::int64_t nowMs() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string newUid() {
  static thread_local std::mt19937_64 random{std::random_device{}()};
  const std::uint64_t high = (random() & ~0xf000ULL) | 0x4000ULL;
  const std::uint64_t low = (random() & ~(3ULL << 62)) | (2ULL << 62);
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                static_cast<unsigned>(high >> 16 & 0xffff), static_cast<unsigned>(high & 0xffff),
                static_cast<unsigned>(low >> 48), static_cast<unsigned long long>(low & 0xffffffffffffULL));
  return text;
}

/// The spec part decides the generation; labels and annotations alone do not raise it, nor does status.
bool sameSpec(const Value& left, const Value& right) {
  Value a = left;
  Value b = right;
  for (const char* key : {"metadata", "status"}) {
    a.erase(key);
    b.erase(key);
  }
  return a == b;
}

bool sameContent(const Object& left, const Object& right) {
  return left.apiVersion == right.apiVersion && left.labels == right.labels &&
         left.annotations == right.annotations && left.root == right.root;
}

}  // namespace

ObjectPtr Snapshot::find(const Key& key) const {
  const auto found = objects.find(key);
  return found == objects.end() ? nullptr : found->second;
}

std::vector<ObjectPtr> Snapshot::list(std::string_view group, std::string_view kind,
                                      std::string_view ns) const {
  std::vector<ObjectPtr> result;
  const Key first{std::string(group), std::string(kind), std::string(ns), {}};
  for (auto it = objects.lower_bound(first); it != objects.end(); ++it) {
    const Key& key = it->first;
    if (key.group != group || key.kind != kind || (!ns.empty() && key.ns != ns)) break;
    result.push_back(it->second);
  }
  return result;
}

struct Store::State {
  std::thread::id thread;    // the first writer's: the store is built before the mesh moves to its thread
  mutable std::mutex mutex;  // guards only the pointer below: readers of other threads take snapshots
  std::shared_ptr<const Snapshot> current = std::make_shared<Snapshot>();
  std::map<Key, Source> sources;
  std::vector<std::pair<int, Listener>> listeners;
  int nextListener = 1;
  std::int64_t lastTimestamp = 0;

  /// Tie-breaks compare creationTimestamp, so two objects never share one.
  std::int64_t uniqueTimestamp() { return lastTimestamp = std::max(nowMs(), lastTimestamp + 1); }

  void publish(std::shared_ptr<const Snapshot> next) {
    const std::lock_guard lock(mutex);
    current = std::move(next);
  }

  void put(Snapshot& next, Object object, std::vector<Change>& changes) {
    const Key key = object.key();
    const ObjectPtr before = next.find(key);
    if (before && sameContent(*before, object)) {
      refreshMarks(next, key, before, std::move(object));
      return;
    }
    object.uid = before ? before->uid : newUid();
    object.creationTimestamp = before ? before->creationTimestamp : uniqueTimestamp();
    object.generation = before ? before->generation + (sameSpec(before->root, object.root) ? 0 : 1) : 1;
    object.resourceVersion = next.revision;
    auto stored = std::make_shared<const Object>(std::move(object));
    next.objects[key] = stored;
    changes.push_back({before ? ChangeKind::Modified : ChangeKind::Added, std::move(stored), before});
  }

  /// Same content at another place (a comment was added above): no revision, but messages must show the new
  /// lines.
  static void refreshMarks(Snapshot& next, const Key& key, const ObjectPtr& before, Object object) {
    object.uid = before->uid;
    object.creationTimestamp = before->creationTimestamp;
    object.generation = before->generation;
    object.resourceVersion = before->resourceVersion;
    next.objects[key] = std::make_shared<const Object>(std::move(object));
  }

  static void drop(Snapshot& next, const Key& key, std::vector<Change>& changes) {
    const auto found = next.objects.find(key);
    if (found == next.objects.end()) return;
    changes.push_back({ChangeKind::Deleted, found->second, found->second});
    next.objects.erase(found);
  }

  void finish(std::shared_ptr<Snapshot> next, const std::vector<Change>& changes) {
    if (changes.empty()) --next->revision;
    const std::uint64_t revision = next->revision;
    publish(std::move(next));
    if (changes.empty()) return;
    const auto callees = listeners;  // a listener may watch or unwatch
    for (const auto& [id, listener] : callees) listener(changes, revision);
  }

  std::shared_ptr<Snapshot> begin() {
    if (thread == std::thread::id()) thread = std::this_thread::get_id();
    assert(std::this_thread::get_id() == thread && "resource::Store belongs to the mesh thread");
    auto next = std::make_shared<Snapshot>(*current);
    ++next->revision;
    return next;
  }
};

Store::Store() : state_(std::make_unique<State>()) {}
Store::~Store() = default;

std::shared_ptr<const Snapshot> Store::snapshot() const {
  const std::lock_guard lock(state_->mutex);
  return state_->current;
}

std::uint64_t Store::revision() const {
  return snapshot()->revision;
}

std::vector<Change> Store::apply(std::vector<Object> objects, Source source) {
  auto next = state_->begin();
  std::vector<Change> changes;
  for (auto& object : objects) {
    const Key key = object.key();
    state_->put(*next, std::move(object), changes);
    state_->sources[key] = source;
  }
  state_->finish(std::move(next), changes);
  return changes;
}

std::vector<Change> Store::replaceFiles(std::vector<Object> objects) {
  auto next = state_->begin();
  std::vector<Change> changes;
  std::map<Key, Source> kept;
  for (const auto& [key, source] : state_->sources) {
    if (source != Source::File) kept.emplace(key, source);
  }
  std::map<Key, bool> wanted;
  for (const auto& object : objects) wanted[object.key()] = true;
  for (const auto& [key, source] : state_->sources) {
    if (source == Source::File && !wanted.contains(key)) State::drop(*next, key, changes);
  }
  for (auto& object : objects) {
    const Key key = object.key();
    state_->put(*next, std::move(object), changes);
    kept[key] = Source::File;
  }
  state_->sources = std::move(kept);
  state_->finish(std::move(next), changes);
  return changes;
}

Result<> Store::remove(const Key& key) {
  auto next = state_->begin();
  std::vector<Change> changes;
  State::drop(*next, key, changes);
  if (changes.empty()) return fail(key.text() + " not found");
  state_->sources.erase(key);
  state_->finish(std::move(next), changes);
  return {};
}

std::optional<Source> Store::sourceOf(const Key& key) const {
  const auto found = state_->sources.find(key);
  if (found == state_->sources.end()) return std::nullopt;
  return found->second;
}

int Store::watch(Listener listener) {
  state_->listeners.emplace_back(state_->nextListener, std::move(listener));
  return state_->nextListener++;
}

void Store::unwatch(int id) {
  std::erase_if(state_->listeners, [id](const auto& entry) { return entry.first == id; });
}

}  // namespace varka::resource
