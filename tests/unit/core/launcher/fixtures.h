#pragma once
// Texts of the launcher's tests; apart from them because moc loses its way in raw strings.

inline constexpr const char* kShop = R"(
apiVersion: v1
kind: Service
metadata: { name: red-cart }
spec: { clusterIP: 240.240.0.7, selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: web }] }
---
apiVersion: v1
kind: Secret
metadata: { name: keys }
data: { token: c2VjcmV0 }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { COLOR: blue }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart-v1, annotations: { varka.dev/depends-on: "redis, db" } }
spec:
  replicas: 2
  template:
    metadata: { labels: { app: cart, version: v1 } }
    spec:
      serviceAccountName: cart
      terminationGracePeriodSeconds: 9
      containers:
      - name: cart
        command: [./cart, --port, 8080]
        ports: [{ name: web, containerPort: 8080 }]
        env:
        - { name: TOKEN, valueFrom: { secretKeyRef: { name: keys, key: token } } }
        - { name: NODE, valueFrom: { fieldRef: { fieldPath: "metadata.labels['version']" } } }
        - { name: URL, value: "http://$(HOSTNAME)/$(NOPE)/$$x" }
        envFrom: [{ configMapRef: { name: settings } }]
        readinessProbe: { httpGet: { path: /health, port: web }, periodSeconds: 2 }
)";

inline constexpr const char* kGateway = R"(
apiVersion: apps/v1
kind: Deployment
metadata: { name: istio-ingressgateway, namespace: istio-system }
spec:
  template:
    metadata: { labels: { istio: ingressgateway }, annotations: { inject.istio.io/templates: gateway } }
    spec: { containers: [{ name: istio-proxy, image: auto }] }
)";

inline constexpr const char* kServer =
    "[/usr/bin/python3, " VARKA_SOURCE_DIR "/tests/unit/core/launcher/server.py]";
