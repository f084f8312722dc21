#include "ui/window/first_run_page.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QMimeData>

#include "ui/widgets/controls.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

QFrame* makeCard(const char* iconName, const QString& title, const QString& text, const QString& button,
                 QWidget* parent, std::function<void()> action, bool primary) {
  auto* card = new QFrame(parent);
  card->setProperty("panel", "card");
  card->setMinimumSize(220, 220);
  card->setMaximumWidth(300);
  auto* layout = new QVBoxLayout(card);
  layout->setContentsMargins(20, 20, 20, 20);
  layout->setSpacing(10);
  auto* picture = new QLabel(card);
  const auto draw = [picture, iconName] { picture->setPixmap(iconPixmap(iconName, 32, tokens().accent, picture->devicePixelRatioF())); };
  QObject::connect(&Theme::instance(), &Theme::changed, picture, draw);
  draw();
  layout->addWidget(picture);
  layout->addWidget(makeTitle(title, card));
  auto* body = makeSecondary(text, card);
  body->setWordWrap(true);
  layout->addWidget(body);
  layout->addStretch();
  auto* go = primary ? makePrimary(button, card) : new QPushButton(button, card);
  QObject::connect(go, &QPushButton::clicked, card, [action = std::move(action)] { action(); });
  layout->addWidget(go, 0, Qt::AlignLeft);
  return card;
}

}  // namespace

FirstRunPage::FirstRunPage(MeshClient& client, QWidget* parent) : QWidget(parent), client_(client), error_(new QLabel(this)) {
  setAcceptDrops(true);
  setProperty("panel", "ground");
  auto* heading = makeTitle(tr("A service mesh on your desk"), this);
  auto* lead = makeSecondary(tr("Varka runs the services of a project as ordinary processes, gives each its own sidecar, and shows what the mesh does."), this);
  lead->setAlignment(Qt::AlignHCenter);
  lead->setWordWrap(true);
  auto* cards = new QHBoxLayout;
  cards->setSpacing(16);
  cards->addStretch();
  cards->addWidget(makeCard("demo", tr("Open the demo"), tr("Bookinfo: four services, mutual TLS, moving traffic. No code needed."),
                            tr("Open Bookinfo"), this, [this] { client_.open(QStringLiteral("sample:bookinfo")); }, true));
  cards->addWidget(makeCard("folder", tr("Open a folder"), tr("A project with a varka.yaml, or with Kubernetes and Istio YAML."),
                            tr("Choose a folder…"), this, [this] { chooseFolder(); }, false));
  cards->addWidget(makeCard("import", tr("Open a file"), tr("A single manifest: Kubernetes and Istio YAML, taken as it is."),
                            tr("Choose a file…"), this, [this] { chooseFile(); }, false));
  cards->addStretch();
  error_->setProperty("role", "error");
  error_->setWordWrap(true);
  error_->setAlignment(Qt::AlignHCenter);
  error_->hide();
  auto* drop = makeSecondary(tr("… or drop a folder or a YAML file here."), this);

  auto* layout = new QVBoxLayout(this);
  layout->setSpacing(12);
  layout->addStretch(2);
  layout->addWidget(heading, 0, Qt::AlignHCenter);
  layout->addWidget(lead);
  layout->addSpacing(8);
  layout->addLayout(cards);
  layout->addWidget(drop, 0, Qt::AlignHCenter);
  layout->addWidget(error_);
  layout->addStretch(3);
  connect(&client, &MeshClient::failed, this, [this](const QString& message) {
    error_->setText(message);
    error_->show();
  });
}

void FirstRunPage::chooseFolder() {
  auto* dialog = new QFileDialog(this, tr("Open a folder"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::Directory);
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) { client_.open(path); });
  dialog->open();
}

void FirstRunPage::chooseFile() {
  auto* dialog = new QFileDialog(this, tr("Open a file"), QString(), tr("YAML (*.yaml *.yml);;All files (*)"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) { client_.open(path); });
  dialog->open();
}

void FirstRunPage::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void FirstRunPage::dropEvent(QDropEvent* event) {
  const auto urls = event->mimeData()->urls();
  if (!urls.isEmpty() && urls.constFirst().isLocalFile()) client_.open(urls.constFirst().toLocalFile());
}

}  // namespace varka::ui
