#pragma once
// Selection: the one selection of the whole program, with its history. Views write it by select(), and follow changed().
// GUI thread.

#include <QObject>
#include <QString>
#include <vector>

#include "ui/bridge/mesh_client.h"

namespace varka::ui {

struct SelectionItem {
  enum class Kind {
    None,
    Namespace,    // id = "default"
    Service,      // id = "default/reviews"
    Workload,     // id = graph node id "workload:default/reviews-v1"; also gateways, externals
    Pod,          // id = pod name
    Edge,         // id = graph edge id
    Request,      // row; id = x-request-id
    Source,       // file, line, column (and object, path when known)
    Object,       // id = "VirtualService default/reviews", path = JSON path inside it
    Certificate,  // id = owner: "root" or the pod's name
  };
  Kind kind = Kind::None;
  QString id;
  TrafficRowPtr row;
  QString file;
  int line = 0;
  int column = 0;
  QString path;

  bool operator==(const SelectionItem& other) const = default;
};

class Selection : public QObject {
  Q_OBJECT
 public:
  using Item = SelectionItem;
  using Kind = SelectionItem::Kind;
  static constexpr std::size_t kHistoryLimit = 100;

  using QObject::QObject;

  [[nodiscard]] const Item& current() const { return current_; }
  [[nodiscard]] bool canGoBack() const { return position_ > 0; }
  [[nodiscard]] bool canGoForward() const { return position_ + 1 < history_.size(); }

  void select(Item item);
  void select(Kind kind, const QString& id);
  void selectRequest(TrafficRowPtr row);
  /// Selects a place in a configuration file and asks for the Config view. Takes "file:line[:column]" too.
  void openSource(const QString& file, int line, int column = 0);
  void openSource(const QString& location);
  void clear() { select(Item{}); }
  void back();
  void forward();
  /// Asks the window to show a view by its id ("logs"), the selection staying what it is.
  void requestView(const QString& viewId) { Q_EMIT viewRequested(viewId); }

 Q_SIGNALS:
  void changed(const varka::ui::SelectionItem& item);
  void viewRequested(const QString& viewId);

 private:
  void moveTo(std::size_t position);

  Item current_;
  std::vector<Item> history_;
  std::size_t position_ = 0;
};

/// "dir/reviews.yaml:12:5" → file, line, column; line 0 when there is none.
SelectionItem parseLocation(const QString& location);

}  // namespace varka::ui
