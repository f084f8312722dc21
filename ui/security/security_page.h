#pragma once
// Security: certificates with hands on them, mutual TLS as observed, and the policies that ask for it.

#include <QTimer>

#include "ui/window/view.h"

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTableView;
class QTableWidget;
class QTreeWidget;

namespace varka::ui {

class CertificatesModel;
class EmptyState;

class SecurityPage : public View {
  Q_OBJECT
 public:
  SecurityPage(const ViewContext& context, QWidget* parent);
  [[nodiscard]] bool settled() const override;

 private:
  void buildViews();
  QWidget* buildCertificates();
  QWidget* buildDetails();
  QWidget* buildObserved();
  QWidget* buildPolicies();
  void wire();

  void refresh();
  void refreshObserved();
  void showDetails();
  void rotate(const QString& owner);
  void changeTtl();
  void follow(const SelectionItem& item);
  [[nodiscard]] QString selectedOwner() const;

  ViewContext context_;
  CertificatesModel* model_ = nullptr;
  QTableView* table_ = nullptr;
  QLabel* summary_ = nullptr;
  QLabel* message_ = nullptr;
  QPushButton* rotate_ = nullptr;
  QPushButton* rotateAll_ = nullptr;
  QPushButton* copy_ = nullptr;
  QComboBox* ttl_ = nullptr;
  QPlainTextEdit* details_ = nullptr;
  QTreeWidget* observed_ = nullptr;
  QTreeWidget* policies_ = nullptr;
  QWidget* body_ = nullptr;
  EmptyState* empty_ = nullptr;
  QTimer clock_;
};

View* createSecurityPage(const ViewContext& context, QWidget* parent);

}  // namespace varka::ui
