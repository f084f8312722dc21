#pragma once
#include "ui/window/view.h"

namespace varka::ui {
/// The Logs view: all services' and sidecars' lines merged.
View* createLogsPage(const ViewContext& context, QWidget* parent);
}  // namespace varka::ui
