from __future__ import annotations

from bridge import BridgeError, Exit, PlanResult, load_settings, resync, verify, yesterday


def few_are_held(planned: PlanResult) -> bool:
    return planned.counts.held < 50


def main() -> Exit:
    settings = load_settings(bridge_max_age_days=30, bridge_max_refused="5%")
    try:
        sent = resync(yesterday("UTC"), settings, confirm=few_are_held, wait=True)
    except BridgeError as error:
        print(f"Nothing was sent. {error.message}. {error.advice}")
        return error.exit_code
    print(sent.run_id, sent.counts.synced, "inserted", len(sent.left_over), "left over")
    if sent.reason is not None:
        print(f"It stopped before its end. {sent.reason.message}. {sent.reason.advice}")
    if not verify(sent.run_id, settings).proven:
        print("Not all of it is in Salesforce as it was sent.")
    return sent.exit_code


print(main().value)
