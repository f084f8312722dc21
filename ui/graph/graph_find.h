#pragma once
// The find box's fields for nodes and edges of the graph: `err > 5%`, `proto = tcp`, `mtls = no`, or a bare name.

#include <string>
#include <vector>

#include "ui/graph/scene.h"
#include "ui/models/query.h"

namespace varka::ui {

const QStringList& graphQueryFields();
/// Ids of matching nodes, then of matching edges, in the scene's order.
std::vector<std::string> findInGraph(const Scene& scene, const Query& query);

}  // namespace varka::ui
