#include "ui/inspector/detail_list.h"

#include <QGridLayout>
#include <QLabel>
#include <QScrollBar>

#include "ui/widgets/controls.h"
#include "ui/widgets/theme.h"

namespace varka::ui {

DetailList::DetailList(QWidget* parent) : QScrollArea(parent) {
  setFrameShape(QFrame::NoFrame);
  setWidgetResizable(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void DetailList::show(const std::vector<Detail>& details) {
  const int position = verticalScrollBar()->value();
  auto* content = new QWidget;
  content->setProperty("panel", "surface");
  auto* grid = new QGridLayout(content);
  grid->setContentsMargins(12, 10, 12, 10);
  grid->setHorizontalSpacing(12);
  grid->setVerticalSpacing(5);
  grid->setColumnStretch(1, 1);
  int row = 0;
  for (const auto& detail : details) {
    if (detail.name.isEmpty()) {
      auto* heading = new QLabel(detail.value, content);
      heading->setFont(uiFont(12, QFont::Bold));
      heading->setContentsMargins(0, row > 0 ? 8 : 0, 0, 0);
      grid->addWidget(heading, row++, 0, 1, 2);
      continue;
    }
    auto* name = makeSecondary(detail.name, content);
    name->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    grid->addWidget(name, row, 0);
    auto* value = new QLabel(content);
    value->setWordWrap(true);
    value->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Minimum);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    if (detail.mono) value->setFont(monoFont(11));
    auto text = detail.value.toHtmlEscaped();
    for (const char c : {'/', ',', '|', '.', '-'}) text.replace(QLatin1Char(c), QString(QLatin1Char(c)) + QChar(0x200B));
    text.replace(QStringLiteral(".\u200B"), QStringLiteral("."));
    const auto ink = detail.color.isValid() ? detail.color : tokens().text;
    value->setTextFormat(Qt::RichText);
    value->setText(detail.link.isEmpty() ? QStringLiteral("<span style='color:%1'>%2</span>").arg(ink.name(), text)
                                         : QStringLiteral("<a href='%1' style='color:%2'>%3</a>").arg(detail.link.toHtmlEscaped(), tokens().accent.name(), text));
    value->setAccessibleName(QStringLiteral("%1: %2").arg(detail.name, detail.value));
    connect(value, &QLabel::linkActivated, this, &DetailList::linkActivated);
    grid->addWidget(value, row++, 1);
  }
  grid->setRowStretch(row, 1);
  setWidget(content);
  verticalScrollBar()->setValue(position);
}

}  // namespace varka::ui
