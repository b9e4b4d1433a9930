#!/bin/sh
# Brings yesterday's failed messages into Salesforce with nobody watching, proves it, and says what a
# person has to do. It ends with the exit code of bridge, so that whoever starts it can tell.
#
#   resync.sh [options of bridge resync]            default: --yesterday
#   resync.sh --yesterday --tz Europe/Amsterdam
#
# Options here name the window and the limits; a run that is gone on with keeps the limits. The settings
# come from the environment (BRIDGE_PROFILE, BRIDGE_LEDGER, …) or a bridge.toml: each command below needs
# them. Where BRIDGE_METRICS_FILE is NAME.prom, the proof leaves its own in NAME-verify.prom.
#
# What the plan and the result show of people's messages goes into a file and not into a log.
#
#   RESYNC_FOLDER   where summary.json, result.txt (with what people wrote, for its owner alone) and
#                   report.html (without) are left; default: the current folder
#   RESYNC_TRIES    how often it tries again after 4, 6 and 7; default 3
#   RESYNC_PAUSE    seconds before it does; default 600
set -u
umask 077

folder=${RESYNC_FOLDER:-.}
tries=${RESYNC_TRIES:-3}
pause=${RESYNC_PAUSE:-600}
summary=$folder/summary.json
result=$folder/result.txt
child=
stopped=
run=
unproven=

say() {
    printf 'resync: %s\n' "$*"
}

# Runs a command so that a signal to this script reaches it: bridge finishes the calls in the air and
# puts them on record. The exit code of the command is in $code.
watch() {
    "$@" &
    child=$!
    [ -z "$stopped" ] || stop # it came before there was a child to tell
    wait "$child"
    code=$?
    while kill -0 "$child" 2>/dev/null; do # a signal has ended the waiting, not the command
        wait "$child"
        code=$?
    done
    child=
}

stop() {
    stopped=yes
    [ -z "$child" ] || kill -TERM "$child" 2>/dev/null
}
trap stop TERM INT HUP

# A key of the summary, whose keys stand in a line of their own.
from_summary() {
    sed -n "s/^  \"$1\": \"\\([^\"]*\\)\".*/\\1/p" "$summary" 2>/dev/null
}

# How many messages stand where: the figures of the summary that are not 0.
figures() {
    sed -n '/^  "counts": {/,/^  }/s/^    "\([a-z_]*\)": \([1-9][0-9]*\).*/\1 \2,/p' "$summary" 2>/dev/null |
        tr '\n' ' '
}

# Plans and sends, or goes on with a run. The run's id is in $run, where there is one.
send() {
    rm -f "$summary"
    watch bridge "$@" --yes --wait --summary-file "$summary" >"$result"
    found=$(from_summary run_id)
    run=${found:-$run}
    [ -z "$run" ] || say "run $run: $(figures)more in $result"
    reason=$(from_summary stop_reason)
    [ -z "$reason" ] || say "$reason"
}

# Goes on with the run: its window is its own by now, all other options hold as before.
go_on_with_run() {
    words=$#
    while [ "$words" -gt 0 ]; do
        case $1 in
            --yesterday | --open | --even-if-deleted) ;;
            --date=* | --from=* | --till=* | --tz=* | --expect=* | --limit=* | --key=* | --cause=* | --why=*) ;;
            --date | --from | --till | --tz | --expect | --limit | --key | --cause | --why)
                shift
                words=$((words - 1))
                ;;
            *) set -- "$@" "$1" ;;
        esac
        shift
        words=$((words - 1))
    done
    send apply "$run" "$@"
}

# The command for a person; the next start of a schedule is about another day.
by_hand() {
    say "  $go_on"
    case $go_on in
        *--yesterday*) say "  (from tomorrow on with --date in place of --yesterday)" ;;
    esac
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
        go_on_with_run "$@"
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
            metrics=${BRIDGE_METRICS_FILE:+${BRIDGE_METRICS_FILE%.prom}-verify.prom}
            watch env BRIDGE_SUMMARY_FILE= "BRIDGE_METRICS_FILE=$metrics" bridge verify "$run"
            if [ "$code" -ne 0 ]; then
                say "not proven: what was sent is sent, and the lines above say what is amiss. Again with"
                say "  bridge verify $run"
            fi
            if [ "$left" -ne 0 ]; then
                code=$left
            elif [ "$code" -ne 0 ]; then
                unproven=yes
            fi
        fi
        ;;
esac

if [ -n "$unproven" ]; then
    exit "$code"
fi
case $code in
    0)
        say "done${run:+, run $run}"
        ;;
    1)
        say "a defect of bridge: report it with the traceback above. What is on record stays; bridge"
        say "status shows it. No schedule goes on with it, a person does:"
        by_hand
        ;;
    2)
        say "the command, a setting or a file is not usable. What bridge doctor says:"
        bridge doctor
        say "Once that is mended:"
        by_hand
        ;;
    3)
        bridge report "$run" --html "$folder/report.html"
        say "some messages are left over: $folder/report.html says why, and who can help. Once that is"
        say "repaired:"
        say "  bridge resync --open"
        ;;
    4)
        say "GoTallo or Salesforce could not be reached, or refused us. Mend what is named above, then:"
        by_hand
        ;;
    5)
        say "a limit stopped it, and a person has to look: the lines above name it and what goes on."
        ;;
    6)
        say "the outcome of some messages is in doubt: nobody sends them again by hand. Later:"
        go_on="$go_on --wait"
        by_hand
        ;;
    7)
        say "another process is writing to this org: the lines above name it. Later:"
        by_hand
        ;;
    130)
        say "interrupted; what was sent is on record. No schedule goes on with it, a person does:"
        by_hand
        ;;
    126 | 127)
        say "bridge is not on the PATH ($PATH), or can't be run. Once it is:"
        by_hand
        ;;
    *)
        say "bridge was ended from outside ($code). What was in the air is in doubt: nobody sends anything"
        say "by hand before this has settled it:"
        go_on="$go_on --wait"
        by_hand
        ;;
esac
exit "$code"
