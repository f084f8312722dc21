#pragma once
#include "ui/window/view.h"

namespace varka::ui {
/// The Graph view: canvas, find box, layer chips, legend, zoom buttons.
View* createGraphPage(const ViewContext& context, QWidget* parent);
}  // namespace varka::ui
