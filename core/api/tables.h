#pragma once
// Tables as kubectl prints them, made where the data is: columns and rows for a kind. Pure. `wide` adds columns.

#include <cstdint>
#include <string>
#include <vector>

#include "core/mesh/view.h"
#include "core/resource/object.h"

namespace varka::api {

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

Table podTable(const std::vector<const mesh::PodView*>& pods, bool wide, std::int64_t nowMs);
Table serviceTable(const std::vector<const mesh::ServiceView*>& services, bool wide);
Table objectTable(const std::vector<resource::ObjectPtr>& objects, const std::vector<mesh::PodView>& pods, bool wide,
                  std::int64_t nowMs);
/// "5s" "3m" "2h" "4d", as kubectl's AGE.
std::string age(std::int64_t fromMs, std::int64_t nowMs);

}  // namespace varka::api
