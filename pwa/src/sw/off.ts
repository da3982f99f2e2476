/// <reference lib="webworker" />
/**
 * The kill switch: deployed in place of sw.js it removes the worker and every cache, so that the
 * pages come from the server again. Answers on the phone are not touched.
 */
const scope = self as unknown as ServiceWorkerGlobalScope;

scope.addEventListener("install", () => {
  void scope.skipWaiting();
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) await caches.delete(name);
      await scope.registration.unregister();
      for (const client of await scope.clients.matchAll({ type: "window" })) {
        await client.navigate(client.url);
      }
    })(),
  );
});
