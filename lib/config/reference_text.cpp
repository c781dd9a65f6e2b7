#include "config/reference_text.hpp"

namespace wsrelay::config {

// clang-format off
const std::string_view kManualHead = R"(# Configuration

<!-- Written by wsrelay_reference from the table of settings. Change lib/config/fields*.cpp instead. -->

`wsrelayd` reads `/etc/wsrelayd/wsrelayd.yaml` and the drop-ins beside it, all of them YAML. A small one:

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

## Files and drop-ins

One instance in a file of its own is the habit, `/etc/wsrelayd/conf.d/50-ticker.yaml`:

```yaml
instances:
  ticker:
    url: wss://stream.example.com/ws
    headers: {X-Api-Key: {credential: ticker-key}}
```

The main file is read first, then the drop-ins, `*.yaml` in these directories:

| directory | for |
|---|---|
| `/usr/lib/wsrelayd/conf.d` | packages |
| `/usr/local/lib/wsrelayd/conf.d` | what was built here |
| `/run/wsrelayd/conf.d` | until the next boot |
| `/etc/wsrelayd/conf.d` | the administrator |

They are sorted together by file name, whatever directory they are in. Of equal names only the one furthest down in
this table counts; if it is empty, or a link to `/dev/null`, none of them does: so a package's drop-in is masked. The main
file may be missing if there is a drop-in. For another main file, `--config DIR/NAME.yaml`, the drop-ins are
`DIR/NAME.conf.d/*.yaml` and nothing else. What editors and package managers leave behind is passed over; any other suffix
gets a warning.

A later file lies over an earlier one. **Groups are merged key by key; a single value, a list or a reference to a secret
replaces the one before as a whole.** `instances` and `defaults` are groups, too: a drop-in can change one setting of an
instance that stands elsewhere, and `defaults` of any file count for all instances. What is replaced is not looked at any
more.

`defaults` holds any setting of an instance. Each instance begins as a copy of it: single values and
groups are overridden key by key, headers name by name, and a list replaces the whole list.

`wsrelayd --dump-config` prints what all files amount to, each value with the place where it stands. Secrets are left out:

```
mqtt:
  url: mqtts://broker.example.com          # wsrelayd.yaml:2:8
  username: [hidden]                       # wsrelayd.yaml:3:13
  password: {credential: mqtt-password}    # wsrelayd.yaml:4:13
instances:
  room-1:                                  # wsrelayd.conf.d/60-rooms.yaml:2:3, for_each
    url: wss://room-1.local/events         # wsrelayd.conf.d/60-rooms.yaml:4:10
  room-2:                                  # wsrelayd.conf.d/60-rooms.yaml:2:3, for_each
    url: wss://room-2.local/events         # wsrelayd.conf.d/60-rooms.yaml:4:10
    enabled: false                         # wsrelayd.conf.d/70-repairs.yaml:2:21
  ticker:
    url: wss://stream.example.com/ws       # wsrelayd.conf.d/50-ticker.yaml:4:10
    headers:
      X-Api-Key: {credential: ticker-key}  # wsrelayd.conf.d/50-ticker.yaml:5:26
```

`wsrelayd --explain ticker` says in sentences what an instance does, what its limits are and what is guaranteed of its
messages.

## Many like instances

A block with `for_each` is copied once for each item. `{{each}}` in its name and in its values becomes the item; an item that
is a group gives `{{each.KEY}}`. An entry with the name of a copy lies over it, also from another file.

```yaml
instances:
  room-{{each}}:
    for_each: 01..40                 # or a list: [north, south, 3..7]
    url: wss://room-{{each}}.local/events
    labels: {floor: ground}
  gate-{{each.name}}:
    for_each:
      - {name: north, host: gate-a.local}
      - {name: south, host: gate-b.local}
    url: wss://{{each.host}}/events
  room-07: {enabled: false, labels: {state: under-repair}}
```

`01..40` keeps its noughts: `room-01`. A value that begins with `{{` needs quotes, for YAML's sake. What is wrong in a block
is said once, about the first copy. Labels are words of your own; they stand in the state document.

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

`systemctl reload wsrelayd` reads all files again, until they stand still for a tenth of a second. With a problem in any of
them nothing changes: the command fails and says where, and so do the journal, the unit's status and the bridge's `info`
document. Otherwise only what changed is touched:

- **live**: the new value counts from now on, for a message or a phase from the next one on; connections
  stay.
- **reconnect**: that one connection is made anew, its queues are kept; the others do not notice. Below `mqtt` it is the
  connection to the broker, and no WebSocket connection notices.
- **restart**: counts from the next start of the daemon; until then the old value does.

Instances that are gone are closed with 1001, and their retained topics cleared. `--plan` says beforehand what would happen,
and why:

```
$ wsrelayd --config wsrelayd.yaml --plan new.yaml
The daemon changes live: log.level.
The connection to the broker is made anew: mqtt.url. The WebSocket connections stay.
+ room-3  is added
! ticker  reconnects: url
Instances: 1 added, 1 reconnected, 2 untouched
```

Certificates, keys, issuers and secret files need no reload: a file that changed counts for the next connection. A certificate
that cannot be used, perhaps because it is half written, takes nothing down: the old one stays in use, with a warning.

## Settings
)";
// clang-format on

}  // namespace wsrelay::config
