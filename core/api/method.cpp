#include "core/api/method.h"

#include <nlohmann/json.hpp>

namespace varka::api {

using nlohmann::json;

Call::Call(mesh::Mesh& mesh, std::int64_t id, const json& params, QObject* connection, Write write)
    : mesh_(mesh), id_(id), params_(std::make_unique<json>(params)), context_(new QObject(connection)), write_(std::move(write)) {}

Call::~Call() = default;

std::string Call::text(std::string_view name, std::string_view fallback) const {
  const auto found = params_->find(name);
  return found != params_->end() && found->is_string() ? found->get<std::string>() : std::string(fallback);
}

double Call::number(std::string_view name, double fallback) const {
  const auto found = params_->find(name);
  return found != params_->end() && found->is_number() ? found->get<double>() : fallback;
}

bool Call::flag(std::string_view name) const {
  const auto found = params_->find(name);
  return found != params_->end() && found->is_boolean() && found->get<bool>();
}

namespace {
std::string line(const json& message) {
  return message.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}
}  // namespace

void Call::item(const json& value) {
  if (!done_) write_(line({{"id", id_}, {"item", value}}));
}

void Call::answer(const json& result) {
  if (std::exchange(done_, true)) return;
  write_(line({{"id", id_}, {"result", result}}));
  context_->deleteLater();  // ends whatever the handler connected
}

void Call::fail(std::string_view message) {
  if (std::exchange(done_, true)) return;
  write_(line({{"id", id_}, {"error", {{"message", message}}}}));
  context_->deleteLater();
}

const std::vector<Method>& methods() {
  static const std::vector<Method> all = [] {
    std::vector<Method> table;
    for (const auto* part : {&meshMethods(), &resourceMethods(), &processMethods(), &trafficMethods()}) {
      table.insert(table.end(), part->begin(), part->end());
    }
    return table;
  }();
  return all;
}

}  // namespace varka::api
