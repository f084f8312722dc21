#include "proxy/xds/xds_client.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <random>

#include "core/base/log.h"
#include "core/pki/certificate.h"
#include "core/pki/spiffe.h"
#include "proxy/net/address.h"
#include "proxy/net/socket.h"

namespace varka::proxy {
namespace {

constexpr std::string_view kComponent = "xds";
constexpr std::chrono::milliseconds kFirstBackoff{200};
constexpr std::chrono::seconds kLongestBackoff{10};
constexpr std::chrono::hours kLongestTimer{1};  // the wall clock may jump; look again at least this often
constexpr std::chrono::seconds kCertificateRetry{1};
constexpr std::size_t kReadChunk = EventLoop::kReadBuffer;

/// 0.2 s · 2ⁿ, at most 10 s, plus up to a quarter, so that many proxies do not come back at the same moment.
Duration backoff(int failures) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  const Duration base = std::min<Duration>(Duration(kFirstBackoff) * (1LL << std::min(failures, 10)), kLongestBackoff);
  return base + Duration(std::uniform_int_distribution<std::int64_t>(0, base.count() / 4)(random));
}

std::int64_t wallMillis() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string metadataText(const xds::Node& node, const char* key, std::string otherwise) {
  const auto found = node.metadata.find(key);
  const std::string* text = found == node.metadata.end() ? nullptr : found->second.string();
  return text && !text->empty() ? *text : otherwise;
}

/// What we believe to be; the authority decides from who we are, not from this.
pki::SpiffeId ownId(const xds::Node& node) {
  return {metadataText(node, "TRUST_DOMAIN", "cluster.local"), metadataText(node, "NAMESPACE", "default"),
          metadataText(node, "SERVICE_ACCOUNT", "default")};
}

}  // namespace

XdsClient::XdsClient(EventLoop& loop, Options options, Events events)
    : loop_(loop), options_(std::move(options)), events_(std::move(events)), delta_(options_.node) {
  reconnect_.setCallback([this] { connect(); });
  renew_.setCallback([this] { renewIfDue(); });
  warmTimer_.setCallback([this] { rebuild(); });
  delta_.subscribeAll(xds::kClusterType);
  delta_.subscribeAll(xds::kListenerType);
  delta_.subscribeAll(xds::kNameTableType);
}

XdsClient::~XdsClient() {
  if (fd_) loop_.remove(fd_.get(), this);
}

void XdsClient::start() {
  connect();
}

// --- connection ----------------------------------------------------------------------------------
void XdsClient::connect() {
  auto socket = makeSocket(AF_UNIX);
  sockaddr_storage address{};
  const socklen_t length = Address::unixSocket(options_.path).toSockaddr(address);
  if (!socket || length == 0 || ::connect(socket->get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    if (failures_ == 0) log::warn(kComponent, "cannot reach " + options_.path + ": " + errnoText(errno) + "; trying again");
    reconnect_.arm(loop_, backoff(failures_++));
    return;
  }
  fd_ = std::move(*socket);
  connected_ = true;
  writeInterest_ = false;
  lines_ = xds::LineSplitter();
  out_.clear();
  loop_.add(fd_.get(), true, false, this);
  delta_.streamOpened();
  send(xds::Hello{});
  sendRequests();
  csrPending_ = false;
  renewIfDue();
}

void XdsClient::disconnect(const std::string& reason) {
  if (!fd_) return;
  log::info(kComponent, "stream closed: " + reason);
  loop_.remove(fd_.get(), this);
  fd_.reset();
  connected_ = false;
  pendingKey_.reset();
  out_ = std::string();
  reconnect_.arm(loop_, backoff(failures_++));
}

void XdsClient::onIo(IoEvents events) {
  if (events.readable || events.hangup) readSome();
  if (events.writable && connected_) flush();
}

void XdsClient::readSome() {
  const ssize_t got = ::recv(fd_.get(), loop_.readBuffer(), kReadChunk, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return disconnect(got == 0 ? "the engine closed it" : errnoText(errno));
  if (!lines_.feed({loop_.readBuffer(), static_cast<std::size_t>(got)})) return disconnect("a line is too long");
  while (connected_) {
    const auto line = lines_.next();
    if (!line) break;
    auto message = xds::parseStreamLine(*line);
    if (!message) {
      send(xds::GoAway{message.error().message});
      return disconnect(message.error().message);
    }
    handle(*message);
  }
}

void XdsClient::handle(const xds::StreamMessage& message) {
  if (const auto* response = std::get_if<xds::DeltaResponse>(&message)) onResponse(*response);
  else if (const auto* issued = std::get_if<xds::CertificateIssued>(&message)) onCertificate(*issued);
  else if (const auto* error = std::get_if<xds::CertificateError>(&message)) onCertificateError(*error);
  else if (const auto* rotate = std::get_if<xds::Rotate>(&message)) onRotate(*rotate);
  else if (const auto* ping = std::get_if<xds::Ping>(&message)) send(xds::Pong{ping->number});
  else if (const auto* goaway = std::get_if<xds::GoAway>(&message)) disconnect("goaway: " + goaway->reason);
}

void XdsClient::send(const xds::StreamMessage& message) {
  xds::appendLine(message, out_);
  flush();
}

void XdsClient::flush() {
  std::size_t done = 0;
  while (done < out_.size()) {
    const ssize_t sent = ::send(fd_.get(), out_.data() + done, out_.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) break;  // reading tells the end
    done += static_cast<std::size_t>(sent);
  }
  out_.erase(0, done);
  const bool wantWrite = !out_.empty();
  if (wantWrite != writeInterest_) loop_.modify(fd_.get(), true, wantWrite, this);
  writeInterest_ = wantWrite;
}

// --- configuration -------------------------------------------------------------------------------
void XdsClient::onResponse(const xds::DeltaResponse& response) {
  failures_ = 0;  // the stream works
  const ApplyResult result = builder_.apply(response, loop_.now());
  for (const auto& notice : result.notices) log::debug(kComponent, notice);
  if (!result.error.empty()) log::warn(kComponent, "refused: " + result.error);
  rebuild();
  // Answered after it was handed to the workers: an ACK says that the configuration is in use.
  if (connected_) send(delta_.answer(response, result.rejected, result.error));
}

void XdsClient::rebuild() {
  const RuntimeConfigPtr config = builder_.build(loop_.now());
  delta_.setNames(xds::kEndpointType, builder_.wantedAssignments());
  delta_.setNames(xds::kRouteType, builder_.wantedRoutes());
  auto secrets = builder_.wantedSecrets();
  secrets.erase(options_.certificateName);
  delta_.setNames(xds::kSecretType, secrets);
  for (const auto& name : builder_.takeResubscriptions()) delta_.resubscribe(xds::kEndpointType, name);
  if (connected_) sendRequests();
  if (config != told_) {
    told_ = config;
    if (events_.onConfig) events_.onConfig(config);
  }
  if (config->names != toldNames_) {
    toldNames_ = config->names;
    if (events_.onNames) events_.onNames(toldNames_);
  }
  if (!readyTold_ && builder_.ready()) {
    readyTold_ = true;
    if (events_.onReady) events_.onReady(true);
  }
  warmTimer_.disarm();
  if (const auto due = builder_.deadline()) warmTimer_.arm(loop_, *due - loop_.now());
}

void XdsClient::sendRequests() {
  for (auto& request : delta_.requests()) send(std::move(request));
}

// --- certificates --------------------------------------------------------------------------------
void XdsClient::renewIfDue() {
  if (!connected_ || csrPending_) return;
  const std::int64_t left = renewAtMs_ - wallMillis();
  if (left <= 0) return requestCertificate();
  renew_.disarm();
  renew_.arm(loop_, std::min<Duration>(std::chrono::milliseconds(left), kLongestTimer));
}

void XdsClient::requestCertificate() {
  auto key = pki::PrivateKey::generate();
  auto request = key ? pki::CertificateRequest::create(*key, ownId(options_.node)) : Result<pki::CertificateRequest>(fail(key.error()));
  renew_.disarm();
  if (!request) {
    log::error(kComponent, request.error().message);
    renew_.arm(loop_, kCertificateRetry);
    return;
  }
  pendingKey_ = std::move(*key);
  csrPending_ = true;
  send(xds::Csr{++csrId_, options_.certificateName, request->pem(), 0});
}

void XdsClient::onCertificate(const xds::CertificateIssued& issued) {
  if (issued.id != csrId_ || !pendingKey_) return;  // an answer to an older question
  csrPending_ = false;
  const auto certificate = pki::Certificate::fromPem(issued.chainPem);
  if (!certificate || !certificate->belongsTo(*pendingKey_)) {
    log::error(kComponent, "the certificate that was issued does not belong to our key");
    renew_.arm(loop_, kCertificateRetry);
    return;
  }
  chainPem_ = issued.chainPem;
  renewAtMs_ = issued.renewAtMs > 0 ? issued.renewAtMs : wallMillis() + 3'600'000;
  renewAtMs_ = std::max(renewAtMs_, wallMillis() + 1000);  // a clock that is wrong must not make us ask in a loop
  builder_.setCertificate(issued.name, issued.chainPem, pendingKey_->pem(), issued.rootsPem);
  pendingKey_.reset();
  renewIfDue();
  rebuild();
}

void XdsClient::onCertificateError(const xds::CertificateError& error) {
  if (error.id != csrId_) return;
  log::warn(kComponent, "no certificate: " + error.message);
  csrPending_ = false;
  pendingKey_.reset();
  renewAtMs_ = std::min(renewAtMs_, wallMillis());
  renew_.disarm();
  renew_.arm(loop_, std::chrono::milliseconds(std::clamp<std::int64_t>(error.retryMs, 100, 60'000)));
}

void XdsClient::onRotate(const xds::Rotate& rotate) {
  if (rotate.name == options_.certificateName) requestCertificate();
}

}  // namespace varka::proxy
