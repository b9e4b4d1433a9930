from __future__ import annotations

from bridge import plan, yesterday

planned = plan(yesterday("UTC"))
print(planned.run_id, planned.counts.ready, "ready", planned.counts.held, "held")
for cause in planned.document.causes:
    print(cause.id, cause.code, cause.count)
for message in planned.held:
    if message.held is not None:
        print(message.key, message.held.what, message.held.advice)
