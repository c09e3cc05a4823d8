{#
  Incremental strategies that hand dbt's temporary relation to ingest.merge.

  dbt finds strategies of packages by name in the project itself: it takes a macro there of one
  line each, see docs/dbt.md.
#}

{% macro get_incremental_ingest_upsert_sql(arg_dict) %}
  {% do return(pg_ingest.merge_sql('upsert', arg_dict)) %}
{% endmacro %}

{% macro get_incremental_ingest_sync_sql(arg_dict) %}
  {% do return(pg_ingest.merge_sql('sync', arg_dict)) %}
{% endmacro %}

{% macro get_incremental_ingest_scd2_sql(arg_dict) %}
  {% do return(pg_ingest.merge_sql('scd2', arg_dict)) %}
{% endmacro %}

{% macro get_incremental_ingest_replace_partitions_sql(arg_dict) %}
  {% do return(pg_ingest.merge_sql('replace_partitions', arg_dict)) %}
{% endmacro %}


{# The columns that a model of strategy ingest_scd2 has behind those of its query. #}
{% macro scd2_columns() -%}
  {%- set options = config.get('ingest_options') or {} -%}
  null::timestamptz as {{ adapter.quote(options.get('valid_to', 'valid_to')) }},
  true as {{ adapter.quote(options.get('is_current', 'is_current')) }}
{%- endmacro %}


{# The statement of a strategy; arg_dict is what dbt gives to all of them. #}
{% macro merge_sql(strategy, arg_dict) %}
  {% set source = arg_dict['temp_relation'] %}
  {% set key = pg_ingest.list_of(arg_dict['unique_key']) %}
  {% do pg_ingest.keep_columns(source, pg_ingest.merged_columns(strategy, arg_dict['dest_columns'])) %}
  {% set sql %}
    {{ config.get('sql_header') or '' }}
    select *
      from ingest.merge(
        target => {{ pg_ingest.regclass(arg_dict['target_relation']) }},
        source => {{ pg_ingest.regclass(source) }},
        unique_key => {{ pg_ingest.text_array(key) if strategy != 'replace_partitions' else 'null' }},
        strategy => {{ pg_ingest.literal(strategy) }},
        options => {{ pg_ingest.json(pg_ingest.merge_options(strategy, arg_dict['incremental_predicates'])) }})
  {% endset %}
  {% do return(sql) %}
{% endmacro %}


{# dbt's configuration of a model as options of ingest.merge. #}
{% macro merge_options(strategy, predicates) %}
  {% set options = {} %}
  {% do options.update(config.get('ingest_options') or {}) %}
  {% for name in ('merge_update_columns', 'merge_exclude_columns') %}
    {% if config.get(name) is not none %}
      {% do options.update({name: pg_ingest.list_of(config.get(name))}) %}
    {% endif %}
  {% endfor %}
  {% if predicates %}
    {% do options.update({'incremental_predicates': pg_ingest.target_predicates(predicates)}) %}
  {% endif %}
  {% do return(options) %}
{% endmacro %}


{# dbt calls the target DBT_INTERNAL_DEST; ingest.merge knows its columns without that. #}
{% macro target_predicates(predicates) %}
  {% set result = [] %}
  {% for predicate in pg_ingest.list_of(predicates) %}
    {% if 'dbt_internal_source' in predicate | lower %}
      {% do exceptions.raise_compiler_error(
           'incremental_predicates of the ingest strategies are about the target, not about DBT_INTERNAL_SOURCE: '
           ~ predicate) %}
    {% endif %}
    {% do result.append(modules.re.sub('(?i)"?\\bDBT_INTERNAL_DEST\\b"?\\.', '', predicate)) %}
  {% endfor %}
  {% do return(result) %}
{% endmacro %}


{# Names of the columns that on_schema_change leaves; those that scd2 keeps itself are left out. #}
{% macro merged_columns(strategy, columns) %}
  {% set options = config.get('ingest_options') or {} %}
  {% set kept = [options.get('valid_to', 'valid_to'), options.get('is_current', 'is_current')] %}
  {% set names = [] %}
  {% for column in columns if strategy != 'scd2' or column.name not in kept %}
    {% do names.append(column.name) %}
  {% endfor %}
  {% do return(names) %}
{% endmacro %}


{# Drops what else the temporary relation has. #}
{% macro keep_columns(relation, names) %}
  {% for column in adapter.get_columns_in_relation(relation) if column.name not in names %}
    {% do run_query('alter table ' ~ relation ~ ' drop column ' ~ adapter.quote(column.name)) %}
  {% endfor %}
{% endmacro %}
