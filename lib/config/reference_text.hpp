// The prose of the manual's page that no table can know. Every yaml block in it is loaded by a
// test.
#pragma once

#include <string_view>

namespace wsrelay::config {

inline constexpr std::string_view kManualHead = R"(# Configuration

<!-- Written by wsrelay_reference from the table of settings. Change lib/config/fields*.cpp instead. -->

`wsrelayd` reads one YAML file, `/etc/wsrelayd/wsrelayd.yaml`. A small one:

```yaml
mqtt:
  url: mqtt://localhost:1883

instances:
  ticker:
    url: wss://stream.example.com/ws
```

Each text or binary message from `stream.example.com` is published to `wsrelay/ticker/recv`; what is
published to `wsrelay/ticker/send` goes to the server. A larger one:

```yaml
name: hall
mqtt:
  url: mqtts://broker.example.com
  username: wsrelayd
  password: {credential: mqtt-password}

defaults:
  reconnect: {delay: {first: 500ms, max: 2m}}
  user_agent: 'relay/1.0 (hall)'

instances:
  ticker:
    url: wss://stream.example.com/ws
    headers: {Authorization: {file: /etc/wsrelayd/ticker.token}}
    subprotocols: [v2.json, v1.json]
    publish:
      - topic: 'market/{{instance}}/{{opcode}}'
        qos: 1
    deliver:
      - {topic: 'orders/+/new', as: text}
  door:
    url: ws://192.168.1.20/events
    auth: {basic: {user: hall, password: {credential: door-password}}}
    liveness: {ping: {interval: 5s, timeout: 5s}}
    deflate: off
    lanes: {publish: {max_messages: 100, overflow: block}}
    send_topics: false
```

`wsrelayd --check-config` says everything that is wrong with a file, with line and column:

```
wsrelayd.yaml:3:5: instances.ticker.ulr: there is no such setting — did you mean 'url'?
        ulr: wss://stream.example.com/ws
        ^
```

## How values are written

- A **time span** carries its units, `500ms`, `20s`, `1m30s`, `2h`, `1d`; a bare number is refused.
- A **size** carries its unit: `B`, `KiB`, `MiB`, `GiB`. `K`, `M` and `G` mean the same powers of 1024.
  `KB` and `MB` are refused, because they mean 1000 to some and 1024 to others.
- **true** and **false** are the only truth values; `yes`, `on` and `1` are refused.
- A **secret** is named, not written: `{credential: NAME}` for a systemd credential
  (`LoadCredential=NAME:…`), `{file: PATH}` for a file that is read anew for each attempt,
  `{env: NAME}` for a variable that is read once at start. A password or an `Authorization` header
  that stands in the file itself works, with a warning. Where a secret is only a part, it has a name under
  `secrets` and its place in the text: `Authorization: 'Bearer {{secret:api-key}}'`.
- A **key** or certificate may stay in its token: `pkcs11:token=hsm;object=client` (RFC 7512); the PIN
  comes by `?pin-source=file:/…`.
- A **topic** may hold `{{base}}`, `{{instance}}` and, to publish, `{{opcode}}` (`text` or `binary`).
- **Anchors, aliases, merge keys and tags** are refused, and so is a key that stands twice.

`defaults` holds any setting of an instance. Each instance begins as a copy of it: single values and
groups are overridden key by key, headers name by name, and a list replaces the whole list.

Plain text (`ws://`, or `mqtt://` with a login) is fine to this machine, brings a warning in the local
network, and needs `allow_plaintext: true` beyond it.

A server learns who we are by `headers`, by `auth` (`basic` or `bearer`), by `query` (percent-encoded behind
what the url says) or by the certificate of `tls`, whose key may be encrypted (`key_password`). All of it is read anew for
each attempt: a secret, a certificate or a key whose file was replaced counts from the next connection on, without
a reload. A `{file:}` must belong to root or to the daemon's user, nobody else may write it, and not everybody may read it. What a redirect
leads to beyond the server's own scheme, host and port gets none of it.

A publication of an instance must not match what any instance subscribes to: it would be delivered back.

## When a connection ends

After every failure, and after a Close of the server, the next attempt follows a rest: drawn at random,
the longest doubling from `delay.first` to `delay.max`. It is longer where the end says so: a server that answers 429
or 503 may ask for it with `Retry-After`; after 401, 403, 404, 407, 410, close code 1008 and a certificate that
is not trusted it is `delay.max` at once. Rules make exceptions; the first whose conditions all hold decides:

```yaml
instances:
  ticker:
    url: wss://stream.example.com/ws
    reconnect:
      rules:
        - {close: 4429, do: wait, delay: 5m}            # too many requests, says this server
        - {close: 4000-4099, do: fail}
        - {http: 401, do: refresh}                      # the token may have been renewed
        - {http: 403, do: fail}
        - {fault: tls, phase: tls, do: wait, delay: 1h}
    liveness: {data: {after: 2m}}
```

After `do: fail` the instance is `failed`: nothing is tried until a reload, which begins anew whether the
file has changed or not. After `do: refresh` the next attempt comes at once; if that ends in the same way, there is a rest.

## By a proxy

`http://` asks the proxy with CONNECT, `socks5://` is SOCKS 5, `unix:///run/…` is a socket on this machine that
leads to the server, whatever is behind it. TLS and WebSocket go through as if there were none, and the server's
name is resolved by the proxy. `proxy: none` takes away what `defaults` said.

```yaml
defaults:
  proxy: {url: http://proxy.local:3128, user: hall, password: {credential: proxy-password}}
instances:
  ticker: {url: wss://stream.example.com/ws}
  door: {url: ws://192.168.1.20/events, proxy: none}
```

## Messages in parts

With `receive: frames` each frame of a message is a publication, with `receive: chunks` each `limits.chunk` bytes of a
frame and its rest: the way for messages that are larger than anybody wants to hold. MQTT 5 user properties say
where a part belongs: `ws-opcode` (1 text, 2 binary, 0 a frame that continues), `ws-fin` (1: its frame is the last),
`ws-offset` in the message, `ws-length` of the message once it is known, `ws-frame-offset` and `ws-frame-length`. The
last part is the one whose `ws-offset` and bytes add up to `ws-length`. Each part is counted, queued and dropped for
itself.

## What a reload does

`systemctl reload wsrelayd` reads the file again. A file with problems changes nothing.

- **live**: the new value counts from now on, for a message or a phase from the next one on; connections stay.
- **reconnect**: that one connection is made anew; the others do not notice.
- **restart**: counts from the next start of the daemon.

## Settings
)";

}  // namespace wsrelay::config
