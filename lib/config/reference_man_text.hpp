// The prose of wsrelayd.yaml(5), in scdoc's markup. Its yaml examples are those of the manual's
// page or stand in docs/examples.
#pragma once

#include <string_view>

namespace wsrelay::config {

inline constexpr std::string_view kManHead = R"(wsrelayd.yaml(5)

; Written by wsrelay_reference from the table of settings: change lib/config instead.

# NAME

wsrelayd.yaml - configuration of wsrelayd

# SYNOPSIS

_/etc/wsrelayd/wsrelayd.yaml_++
_/etc/wsrelayd/conf.d/_*\*.yaml*++
_/run/wsrelayd/conf.d/_*\*.yaml*++
_/usr/local/lib/wsrelayd/conf.d/_*\*.yaml*++
_/usr/lib/wsrelayd/conf.d/_*\*.yaml*

# DESCRIPTION

One configuration, from one file or from many. The smallest that does something:

```
instances:
  ticker:
    url: wss://stream.example.com/ws
```

Each message of _stream.example.com_ is then published to _wsrelay/ticker/recv_
at the broker on this machine, and what is published to _wsrelay/ticker/send_
goes to the server.

*wsrelayd --check-config* says everything that is wrong with the files, each
problem with file, line and column; *--dump-config* prints what they amount to,
each value with the place it comes from. A wrong configuration is never
started with, and a reload that finds one changes nothing.

# FILES AND DROP-INS

The main file is read first, then the drop-ins in the order of their names,
whatever directory they are in; so _50-ticker.yaml_ of /etc comes after
_10-site.yaml_ of /usr/lib. Each file is a whole one of its own: it may set
anything, and needs to set nothing. One instance in a file of its own,
_/etc/wsrelayd/conf.d/50-ticker.yaml_, is the habit.

Of several drop-ins with the same name only one is read: that of /etc, else
of /run, else of /usr/local/lib, else of /usr/lib. An empty file, or a link to
_/dev/null_, therefore masks one that a package has brought.

Files whose name does not end in _.yaml_ are not read. What editors and package
managers leave behind is passed over in silence (names that begin with a dot or
end in ~, _.bak_, _.dpkg-dist_ and the like); any other name gets a warning.

For a main file elsewhere, *--config* _DIR/NAME.yaml_, the drop-ins are
_DIR/NAME.conf.d/\*.yaml_ and nothing else.

What a later file says counts: groups are merged key by key, a single value or
a list replaces the one before as a whole. A secret's reference is one value.
Within _instances_ the same name in two files is one instance.

_defaults_ holds any setting of an instance. Each instance begins as a copy of it
and is merged over it in the same way. So the order of precedence is, from the
weakest: the defaults of this page, _defaults_, the instance; each of the last
two merged from all files.

# HOW VALUES ARE WRITTEN

*time spans*
	carry their units: 500ms, 20s, 1m30s, 2h, 1d. A bare number is refused.

*sizes*
	carry their unit: B, KiB, MiB, GiB, or K, M and G for the same powers of
	1024. KB and MB are refused: they mean 1000 to some and 1024 to others.

*true*, *false*
	are the only truth values; yes, on and 1 are refused.

*topics*
	may hold {{base}}, {{instance}} and, to publish, {{opcode}}.

Anchors, aliases, merge keys, tags, a second document and keys that stand twice
are refused. A file has at most 16 MiB.

# SECRETS

A secret is named, not written:

*{credential:* _NAME_*}*
	a credential of the unit, *LoadCredential=*_NAME_:… of *systemd.exec*(5).

*{file:* _PATH_*}*
	the bytes of a file, all of them, a line end too. It must belong to root or
	to the daemon's user; nobody else may write it, and not all may read it.

*{env:* _NAME_*}*
	a variable, read once at start and then taken out of the environment.

Files and credentials are read anew for each attempt to connect, so a changed
one counts without a reload. The group _secrets_ gives such references names, and
*{{secret:*_NAME_*}}* puts one into a text:

```
secrets:
  api-key: {credential: ticker-key}
instances:
  ticker:
    url: wss://stream.example.com/ws
    headers: {Authorization: 'Bearer {{secret:api-key}}'}
```

No secret is ever printed. A password that stands in the file itself works, with
a warning.

# MANY LIKE INSTANCES

A block with _for_each_ is copied once for each item; *{{each}}* in its name and in
its values becomes the item. An item that is a group gives *{{each.*_KEY_*}}*.

```
instances:
  room-{{each}}:
    for_each: 1..40
    url: ws://room-{{each}}.local/ws
  gate-{{each.name}}:
    for_each:
      - {name: north, host: 192.168.1.20}
      - {name: south, host: 192.168.1.21}
    url: ws://{{each.host}}/ws
  room-7: {enabled: false}
```

Ranges may keep their width (_01..40_), and a list may hold words and ranges. What
an entry of a made name says, here of _room-7_, lies over the copy.

# RELOAD

*systemctl reload wsrelayd* reads all files again. With a problem in any of them
nothing changes. Otherwise only what changed is touched, each setting in its way:

*live*
	the new value counts from now on; connections stay.

*reconnect*
	that one connection is made anew, its queues are kept; the others do not
	notice. Below _mqtt_ it is the broker's.

*restart*
	counts from the next start of the daemon.

Instances that are gone are closed and their retained topics cleared.
Certificates, keys and secret files need no reload: what changed counts for the
next connection.

*wsrelayd --config* _OLD_ *--plan* _NEW_ says beforehand what a reload would do, and
which settings are the reason.

# SETTINGS

)";

inline constexpr std::string_view kManTail = R"(# FILES

_/usr/share/wsrelayd/config.schema.json_
	A JSON Schema of this file, for editors that complete and check YAML. The
	first line of _wsrelayd.yaml_ tells them.

# SEE ALSO

*wsrelayd*(8), *systemd.exec*(5), *systemctl*(1)
)";

}  // namespace wsrelay::config
