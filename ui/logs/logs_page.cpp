#include "ui/logs/logs_page.h"

#include <QVBoxLayout>

#include "ui/logs/log_view.h"
#include "ui/widgets/controls.h"

namespace varka::ui {
namespace {

class LogsPage final : public View {
 public:
  LogsPage(const ViewContext& context, QWidget* parent) : View(parent), context_(context), logs_(new LogView(context, this)) {
    setProperty("panel", "surface");
    tight(new QVBoxLayout(this))->addWidget(logs_);
    setFocusProxy(logs_);
  }
  void focusFind() override { logs_->focusFilter(); }
  void togglePause() override { logs_->togglePause(); }
  [[nodiscard]] bool settled() const override { return !context_.models.logs.lines().empty(); }

 private:
  ViewContext context_;
  LogView* logs_;
};

}  // namespace

View* createLogsPage(const ViewContext& context, QWidget* parent) {
  return new LogsPage(context, parent);
}

}  // namespace varka::ui
