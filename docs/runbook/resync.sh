#!/bin/sh
# Brings yesterday's failed messages into Salesforce with nobody watching, proves it, and says what a
# person has to do. It ends with the exit code of bridge, so that whoever starts it can tell.
#
#   resync.sh [options of bridge resync]            default: --yesterday
#   resync.sh --yesterday --tz Europe/Amsterdam
#
# The settings come from the environment or a bridge.toml; options here name the window and the limits.
#
#   RESYNC_FOLDER   where summary.json and report.html are left; default: the current folder
#   RESYNC_TRIES    how often it tries again after 4, 6 and 7; default 3
#   RESYNC_PAUSE    seconds before it does; default 600
set -u

folder=${RESYNC_FOLDER:-.}
tries=${RESYNC_TRIES:-3}
pause=${RESYNC_PAUSE:-600}
summary=$folder/summary.json
child=
stopped=
run=

say() {
    printf 'resync: %s\n' "$*"
}

# Runs a command so that a signal to this script reaches it: bridge finishes the calls in the air and
# puts them on record. The exit code of the command is in $code.
watch() {
    "$@" &
    child=$!
    wait "$child"
    code=$?
    while kill -0 "$child" 2>/dev/null; do # a signal has ended the waiting, not the command
        wait "$child"
        code=$?
    done
    child=
}

# shellcheck disable=SC2329  # the trap calls it
stop() {
    stopped=yes
    [ -z "$child" ] || kill -TERM "$child" 2>/dev/null
}
trap stop TERM INT HUP

# A key of the summary, whose keys stand in a line of their own.
from_summary() {
    sed -n "s/^  \"$1\": \"\\([^\"]*\\)\".*/\\1/p" "$summary" 2>/dev/null
}

# Plans and sends, or goes on with a run. The run's id is in $run, where there is one.
send() {
    rm -f "$summary"
    watch bridge "$@" --yes --wait --summary-file "$summary"
    found=$(from_summary run_id)
    run=${found:-$run}
}

mkdir -p "$folder" || exit 2
[ $# -gt 0 ] || set -- --yesterday
send resync "$@"
while [ "$tries" -gt 0 ] && [ -z "$stopped" ]; do
    case $code in
        4 | 6 | 7) ;;
        *) break ;;
    esac
    tries=$((tries - 1))
    say "ended with $code ($(from_summary meaning)); trying again in $pause seconds"
    watch sleep "$pause"
    if [ -n "$stopped" ]; then
        code=130
        break
    fi
    if [ -n "$run" ]; then
        send apply "$run"
    else
        send resync "$@"
    fi
done

go_on="bridge resync $*"
[ -z "$run" ] || go_on="bridge apply $run"

# The proof: the org itself is asked for every message of the run.
case $code in
    0 | 3)
        if [ -n "$run" ] && [ -z "$stopped" ] && [ "$(from_summary state)" != planned ]; then
            left=$code
            watch env BRIDGE_SUMMARY_FILE= BRIDGE_METRICS_FILE= bridge verify "$run"
            [ "$code" -eq 0 ] || say "the org does not have all as it should be: bridge verify $run"
            [ "$left" -eq 0 ] || code=$left
        fi
        ;;
esac

case $code in
    0)
        say "done${run:+, run $run}"
        ;;
    1)
        say "a defect of bridge: report it with the traceback above. What is on record stays:"
        say "  bridge status        shows it; the next start of this script goes on"
        ;;
    2)
        say "the command, a setting or a file is not usable. What bridge doctor says:"
        watch bridge doctor
        code=2
        ;;
    3)
        watch bridge report "$run" --html "$folder/report.html"
        say "some messages are left over: $folder/report.html says why, and who can help. Once that is"
        say "repaired:"
        say "  bridge resync --open"
        code=3
        ;;
    4)
        say "GoTallo or Salesforce could not be reached, or refused us. Mend what is named above, then:"
        say "  $go_on"
        ;;
    5)
        say "a limit stopped it, and a person has to look: the lines above name it and what goes on."
        ;;
    6)
        say "the outcome of some messages is in doubt: nobody sends them again by hand. Later:"
        say "  $go_on --wait"
        ;;
    7)
        say "another process is writing to this org: the lines above name it. Later:"
        say "  $go_on"
        ;;
    130)
        say "interrupted; what was sent is on record. The next start goes on, or by hand:"
        say "  $go_on"
        ;;
    126 | 127)
        say "bridge is not on the PATH ($PATH), or can't be run."
        ;;
    *)
        say "bridge was ended from outside ($code). The next start settles what was in the air; before"
        say "that, nobody sends anything by hand."
        ;;
esac
exit "$code"
