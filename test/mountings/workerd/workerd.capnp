using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "bank", worker = .bank),
    # The simulator is on this machine.
    (name = "internet", network = (allow = ["local", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "bank")],
);

const bank :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [(name = "worker", esModule = embed "bundle/worker.mjs")],
  bindings = [
    (name = "ASTRA_ENVIRONMENT", fromEnvironment = "ASTRA_ENVIRONMENT"),
    (name = "ASTRA_REDIRECT_URI", fromEnvironment = "ASTRA_REDIRECT_URI"),
    (name = "ASTRA_SIMULATOR_URL", fromEnvironment = "ASTRA_SIMULATOR_URL"),
  ],
);
