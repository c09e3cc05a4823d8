{#
  Tests of a table that files are loaded into.  Each gives a row for everything that is wrong.
#}

{# No bad row of its loads is still open. #}
{% test ingest_no_open_quarantine(model) %}
  select load_id, file, record_no, line_no, errors
    from ingest.quarantine
   where target = {{ pg_ingest.regclass(model) }}
     and status = 'open'
{% endtest %}


{# A load was published within max_age, an interval such as '1 day'. #}
{% test ingest_fresh(model, max_age) %}
  select max(finished_at) as last_published
    from ingest.loads
   where target = {{ pg_ingest.regclass(model) }}
     and status = 'published'
  having max(finished_at) is null
      or max(finished_at) < now() - {{ pg_ingest.literal(max_age) }}::interval
{% endtest %}


{#
  Every row that was read is accounted for: those of the files are those of the load, each is
  staged, in quarantine or ignored, the quarantine has as many as the load says (trailers of files are
  there, too, and ignored), and each staged row
  is in one of the counts of publishing (rows_deleted also counts rows that were not staged).
#}
{% test ingest_accounting(model) %}
  select l.load_id, l.rows_read, l.rows_staged, l.rows_quarantined, l.rows_ignored, f.rows_of_files,
         q.rows_kept
    from ingest.loads l
   cross join lateral (
           select coalesce(sum(rows_read), 0) as rows_of_files
             from ingest.files
            where load_id = l.load_id) f
   cross join lateral (
           select count(*) as rows_kept
             from ingest.quarantine
            where load_id = l.load_id) q
   where l.target = {{ pg_ingest.regclass(model) }}
     and l.status = 'published'
     and (l.rows_read <> l.rows_staged + l.rows_quarantined + l.rows_ignored
          or l.rows_read <> f.rows_of_files
          or l.rows_quarantined <> q.rows_kept
          or l.rows_staged - l.rows_inserted - l.rows_updated - l.rows_unchanged
             - l.rows_deduplicated - l.rows_skipped not between 0 and l.rows_deleted)
{% endtest %}
