"""interruption.py: a publish that is stopped before it is done, at a random place.

in:  the statement that publishes
out: afterwards the process that ran it is gone; whether it can have committed
"""
import os
import signal
import subprocess
import time

WAIT_SECONDS = 60
CALLERS_POINTS = ('staged', 'publishing', 'published')
WORKERS_POINTS = ('mid_chunk', 'chunk_loaded', 'between_chunks')

ROLLBACK, CANCEL, TERMINATE, KILL, SOMETIME = 'rollback', 'cancel', 'terminate', 'kill', 'sometime'


def choose(rng, delivery, may_commit):
    """An interruption as (how, where), or None."""
    if rng.random() < 0.85:
        return None
    if not delivery.request.is_load:
        return (rng.choice((ROLLBACK, SOMETIME)) if may_commit else ROLLBACK), None
    if delivery.staged_first:
        return rng.choice((ROLLBACK, CANCEL, TERMINATE)), rng.choice(CALLERS_POINTS[1:])
    points = CALLERS_POINTS + (WORKERS_POINTS if delivery.workers else ())
    how = rng.choices((ROLLBACK, CANCEL, TERMINATE, SOMETIME, KILL), (30, 30, 30, 30, 2))[0]
    return how, rng.choice(points)


def roll_back(session, statement):
    session.must('BEGIN')
    session.must('SAVEPOINT before')
    session.run(statement)
    session.must('ROLLBACK TO before')
    session.must('COMMIT')


def wait_for_point(session, process, point):
    """The process id of whoever reached it; None when the statement ended before."""
    deadline = time.monotonic() + WAIT_SECONDS
    query = ("SELECT coalesce(leader_pid, pid) FROM pg_stat_activity "
             "WHERE datname = current_database() AND query = 'failpoint %s' LIMIT 1" % point)
    while process.poll() is None:
        lines = session.must(query).lines
        if lines:
            return int(lines[0])
        if time.monotonic() > deadline:
            raise RuntimeError('nobody reached failpoint %s' % point)
        time.sleep(0.002)
    return None


def caller(session):
    """The backend of the statement: the other client; one that was stopped before may still end."""
    lines = session.must("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' "
                         "AND datname = current_database() AND pid <> pg_backend_pid() "
                         "ORDER BY backend_start DESC LIMIT 1").lines
    return int(lines[0]) if lines else None


def stop(session, how):
    pid = caller(session)
    if pid is None:
        return
    if how == KILL:
        session.must('CHECKPOINT')  # so that recovery does not take long
        os.kill(pid, signal.SIGKILL)
    else:
        session.must('SELECT pg_%s_backend(%d)' % ('cancel' if how == CANCEL else 'terminate', pid))


def finish(process):
    try:
        process.communicate(timeout=WAIT_SECONDS)
    except subprocess.TimeoutExpired as error:
        process.kill()
        raise RuntimeError('the statement does not end') from error


def interrupt(rng, server, session, statement, where):
    """Runs and stops the statement as choose() says; true if it can have committed."""
    how, point = where
    session.transcript.append('-- %s %s' % (how, point or ''))
    if how == ROLLBACK:
        roll_back(session, statement)
        return False
    if how == SOMETIME:
        process = server.start([statement])
        time.sleep(rng.random() * 0.06)
        stop(session, TERMINATE)
        finish(process)
        return True
    process = server.start(["SET pg_ingest.debug_failpoint = '%s'" % point, statement])
    reached = wait_for_point(session, process, point)
    if reached is not None:
        stop(session, how)
    finish(process)
    if how == KILL and reached is not None:
        session.reconnect()
    return reached is None
