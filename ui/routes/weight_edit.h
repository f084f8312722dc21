#pragma once
// A change of weights as splices of the user's text. Pure; the window and its tests call the same function.

#include <QString>
#include <vector>

#include "core/base/result.h"
#include "core/resource/object.h"
#include "ui/routes/route_table.h"

namespace varka::ui {

/// The text with these weights (one per destination); untouched weights keep their bytes. Errors when the object is not in
/// the text any more, or a weight stands where it cannot be edited safely.
Result<QString> withWeights(const QString& text, const resource::Key& key, const RouteRule& rule,
                            const std::vector<int>& weights);

/// The changed lines only: "- weight: 80" / "+ weight: 70", at most `limit` lines.
QStringList changedLines(const QString& before, const QString& after, int limit = 6);

}  // namespace varka::ui
