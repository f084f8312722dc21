#include "ui/traffic/traffic_page.h"

#include <QVBoxLayout>

#include "ui/traffic/traffic_table.h"
#include "ui/widgets/controls.h"

namespace varka::ui {
namespace {

class TrafficPage final : public View {
 public:
  TrafficPage(const ViewContext& context, QWidget* parent) : View(parent), context_(context), table_(new TrafficTable(context, this)) {
    setProperty("panel", "surface");
    tight(new QVBoxLayout(this))->addWidget(table_);
    setFocusProxy(table_);
  }
  void focusFind() override { table_->focusFilter(); }
  void togglePause() override { table_->togglePause(); }
  [[nodiscard]] bool settled() const override { return !context_.models.traffic.rows().empty(); }

 private:
  ViewContext context_;
  TrafficTable* table_;
};

}  // namespace

View* createTrafficPage(const ViewContext& context, QWidget* parent) {
  return new TrafficPage(context, parent);
}

}  // namespace varka::ui
