#!/usr/bin/env python3
"""The dbt package with a real dbt project against a server that runs.

usage: run.py DBT SOCKET_DIRECTORY FILES_DIRECTORY

Builds the project of this directory again and again while files come, and compares the tables with
what they must be.  Prints a line per check; exit status 1 if one failed.
"""

import os
import shutil
import subprocess
import sys

import psycopg2

PROJECT = os.path.dirname(os.path.abspath(__file__))
TABLES = ['raw_orders', 'orders_upsert', 'orders_some', 'orders_except', 'orders_sync',
          'orders_history', 'orders_by_month']

DBT, SOCKET, INBOX = sys.argv[1:4]
WORK = os.path.join(INBOX, 'project')
failures = []


def check(name, actual, expected):
    """Notes and prints whether two values are equal."""
    if actual == expected:
        print(f'ok      {name}', flush=True)
        return
    failures.append(name)
    print(f'FAILED  {name}\n  is        {actual}\n  should be {expected}', flush=True)


def query(sql):
    """Rows of a query, or none of a command, in a transaction of its own."""
    connection = psycopg2.connect(host=SOCKET, dbname='dbt', user='postgres')
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def dbt(*arguments, variables=None):
    """Runs dbt; its exit status and what it said."""
    values = {'inbox': INBOX, **(variables or {})}
    command = [DBT, *arguments, '--no-use-colors', '--project-dir', WORK, '--profiles-dir', WORK]
    if arguments[0] != 'deps':
        command += ['--vars', repr(values)]
    environment = dict(os.environ, INGEST_DBT_HOST=SOCKET, DO_NOT_TRACK='1',
                       DBT_SEND_ANONYMOUS_USAGE_STATS='false', DBT_VERSION_CHECK='false')
    done = subprocess.run(command, env=environment, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


def build(name, expected_status=0, variables=None, select=()):
    """dbt build; what it said is shown where its status is not what it should be."""
    status, output = dbt('build', *(['--select', *select] if select else []), variables=variables)
    if status != expected_status:
        print(output)
    check(f'{name}: dbt build', status, expected_status)
    return output


def write(name, *lines):
    """A file in the inbox."""
    with open(os.path.join(INBOX, name), 'w', encoding='utf-8') as file:
        file.write('id,customer,amount,updated_at\n' + ''.join(f'{line}\n' for line in lines))


def rows(columns, table):
    """A table, in order, values as text."""
    found = query(f'SELECT {columns} FROM shop.{table} ORDER BY {columns}')
    return [' '.join('-' if value is None else str(value) for value in row) for row in found]


def row_versions():
    """Which versions of rows the tables have: those that were written again differ."""
    return {table: query(f'SELECT tableoid, ctid::text, xmin::text FROM shop.{table} ORDER BY 1, 2')
            for table in TABLES}


def prepare():
    """A database with the extension, and the table that dbt cannot make."""
    connection = psycopg2.connect(host=SOCKET, dbname='postgres', user='postgres')
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute('CREATE DATABASE dbt')
    connection.close()
    query("ALTER DATABASE dbt SET timezone = 'UTC'")
    query('CREATE EXTENSION pg_ingest; CREATE SCHEMA shop;'
          'CREATE TABLE shop.orders_by_month (id bigint, customer text, updated_at timestamptz)'
          ' PARTITION BY RANGE (updated_at)')
    for month in (1, 2, 3):
        query(f"CREATE TABLE shop.month_{month} PARTITION OF shop.orders_by_month"
              f" FOR VALUES FROM ('2026-0{month}-01') TO ('2026-0{month + 1}-01')")
    shutil.copytree(PROJECT, WORK)
    with open(os.path.join(WORK, 'packages.yml'), 'w', encoding='utf-8') as file:
        file.write(f"packages:\n  - local: {os.path.join(PROJECT, '..', '..', 'dbt')}\n")
    status, output = dbt('deps')
    if status != 0:
        print(output)
    check('dbt deps', status, 0)


def test_twice():
    """The second build of the same files writes nothing."""
    write('orders-1.csv', '1,Ada,10.00,2026-01-01', '2,Bob,20.00,2026-01-02', '3,Cy,30.00,2026-02-01')
    build('first files')
    check('files', rows('id, customer, amount', 'raw_orders'),
          ['1 Ada 10.00', '2 Bob 20.00', '3 Cy 30.00'])
    check('constraints of the contract', query(
        "SELECT count(*) FROM pg_constraint WHERE conrelid = 'shop.raw_orders'::regclass"
        " AND contype = 'p'"), [(1,)])
    before = row_versions()
    build('the same again')
    check('nothing is written', row_versions(), before)


def test_changes():
    """One row changes, one comes, one goes."""
    write('orders-2.csv', '2,Bobby,25.00,2026-02-02', '4,Di,40.00,2026-02-03', '3,gone,30.00,2026-03-01')
    build('changes')
    check('ingest_upsert', rows('id, customer, amount', 'orders_upsert'),
          ['1 Ada 10.00', '2 Bobby 25.00', '3 gone 30.00', '4 Di 40.00'])
    check('merge_update_columns', rows('id, customer, amount', 'orders_some'),
          ['2 Bob 25.00', '3 Cy 30.00', '4 Di 40.00'])
    check('merge_exclude_columns', rows('id, customer, first_amount', 'orders_except'),
          ['1 Ada 10.00', '2 Bobby 20.00', '3 gone 30.00', '4 Di 40.00'])
    check('ingest_sync', rows('id, customer, amount', 'orders_sync'),
          ['1 Ada 10.00', '2 Bobby 25.00', '4 Di 40.00'])
    check('ingest_replace_partitions', rows('id, customer', 'orders_by_month'),
          ['1 Ada', '2 Bobby', '3 gone', '4 Di'])
    check('ingest_scd2', rows('id, customer, valid_from::date, valid_to::date, is_current', 'orders_history'),
          ['1 Ada 2026-01-01 - True', '2 Bob 2026-01-02 2026-02-02 False',
           '2 Bobby 2026-02-02 - True', '3 Cy 2026-02-01 2026-03-01 False',
           '3 gone 2026-03-01 - True', '4 Di 2026-02-03 - True'])


def test_failure():
    """A model that fails leaves table and manifest; the next run uses what was staged."""
    before = rows('id, customer, amount, updated_at', 'raw_orders')
    loads = query('SELECT load_id, status FROM ingest.loads ORDER BY 1')
    write('orders-3.csv', '5,Eve,50.00,2026-03-05')
    output = build('a hook fails', 1, {'fail': True})
    check('it says why', 'division by zero' in output, True)
    check('the table is as it was', rows('id, customer, amount, updated_at', 'raw_orders'), before)
    check('the manifest: published loads are as they were',
          query("SELECT load_id, status FROM ingest.loads WHERE status = 'published' ORDER BY 1"), loads)
    staged = query("SELECT load_id, staged_at FROM ingest.loads WHERE status = 'staged'")
    check('one load is staged', len(staged), 1)
    build('the next run')
    check('it publishes what was staged', query(
        "SELECT load_id, staged_at FROM ingest.loads WHERE status = 'published'"
        " ORDER BY load_id DESC LIMIT 1"), staged)
    check('the row is there once', rows('id, customer', 'raw_orders WHERE id = 5'), ['5 Eve'])


def test_schema_change():
    """on_schema_change: a column more in the model, and the values of dbt for it."""
    note = {'with_note': True}
    build('ignore', 0, note, ['orders_some'])
    check('ignore: the table has no new column', columns('orders_some'), 'id region customer amount')
    build('fail', 1, {**note, 'on_schema_change': 'fail'}, ['orders_some'])
    build('append_new_columns', 0, {**note, 'on_schema_change': 'append_new_columns'},
          ['orders_some'])
    check('append_new_columns', columns('orders_some'), 'id region customer amount note')
    build('sync_all_columns', 0, {'on_schema_change': 'sync_all_columns'}, ['orders_some'])
    check('sync_all_columns', columns('orders_some'), 'id region customer amount')


def columns(table):
    """Names of a table's columns."""
    return query("SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute"
                 f" WHERE attrelid = 'shop.{table}'::regclass AND attnum > 0 AND NOT attisdropped")[0][0]


def test_generic_tests():
    """A bad row and an old load fail their tests, and what depends on the table is not built."""
    write('orders-4.csv', '6,Flo,x,2026-03-06', '7,Gus,70.00,2026-03-07')
    output = build('a bad row', 1)
    check('the test names itself', 'FAIL 1 pg_ingest_ingest_no_open_quarantine' in output, True)
    check('models behind it are skipped', rows('id', 'orders_upsert WHERE id = 7'), [])
    status, _ = dbt('test', '--select', 'raw_orders', variables={'max_age': '0 seconds'})
    check('an old load', status, 1)
    query("UPDATE ingest.quarantine_rows SET status = 'discarded'")
    build('the bad row is dealt with', select=['raw_orders+1'])
    query('UPDATE ingest.manifest_loads SET rows_read = rows_read + 1 WHERE load_id = 1')
    output = build('a manifest that does not add up', 1, select=['raw_orders'])
    check('accounting', 'FAIL 1 pg_ingest_ingest_accounting' in output, True)
    query('UPDATE ingest.manifest_loads SET rows_read = rows_read - 1 WHERE load_id = 1')


def test_operation():
    """dbt run-operation."""
    query('CREATE TABLE shop.customers (name text PRIMARY KEY)')
    with open(os.path.join(INBOX, "o'clock.csv"), 'w', encoding='utf-8') as file:
        file.write('name\nAda\nBob\n')
    arguments = '{target: shop.customers, source: "%s", options: {workers: 1}}' \
        % os.path.join(INBOX, "o'clock.csv")
    status, output = dbt('run-operation', 'ingest_load', '--args', arguments)
    if status != 0:
        print(output)
    check('run-operation', status, 0)
    check('it says what it did', 'shop.customers: published, 1 files, 2 rows read' in output, True)
    check('and commits', query('SELECT count(*) FROM shop.customers'), [(2,)])


def export_contract(contract):
    """Makes a contract of orders_sync the tests of the model of that name."""
    query("SELECT ingest.set_contract('shop.orders_sync', $contract$" + contract + "$contract$)")
    with open(os.path.join(WORK, 'models', 'contract.yml'), 'w', encoding='utf-8') as file:
        file.write(query("SELECT ingest.contract_to_dbt('shop.orders_sync')")[0][0])


def test_contract():
    """A contract as dbt's tests: what it says holds, or fails by its name."""
    export_contract("""{"description": "it's \\"all\\"\\n# of {{ them }}", "columns": {
        "id": {"not_null": true, "unique": true, "min": 1,
               "references": {"table": "shop.raw_orders", "column": "id"}},
        "customer": {"pattern": "^[A-Za-z{#].*\\\\S$",
                     "allowed": ["Ada", "Bobby", "{{ x }}", "it's", "Di", "Eve", "Gus", "gone"]}},
        "rules": {"some": "amount > 0 OR customer = 'x'"},
        "unique": {"pair": {"columns": ["customer", "id"]}},
        "checks": {"rows": {"type": "row_count", "min": 1}}}""")
    status, output = dbt('test', '--select', 'orders_sync')
    if status != 0:
        print(output)
    check('contract_to_dbt: it holds', status, 0)
    check('contract_to_dbt: every test runs', output.count(' of 8 PASS'), 8)
    export_contract('{"columns": {"id": {"max": 1}}}')
    _, output = dbt('test', '--select', 'orders_sync')
    check('contract_to_dbt: what does not hold fails', 'FAIL' in output and 'ingest_satisfies' in output, True)
    os.remove(os.path.join(WORK, 'models', 'contract.yml'))


def test_full_refresh():
    """All files are loaded again into a new table."""
    status, output = dbt('run', '--full-refresh', '--select', 'raw_orders')
    if status != 0:
        print(output)
    check('full refresh', status, 0)
    check('all files are loaded again', rows('id', 'raw_orders'), ['1', '2', '3', '4', '5', '7'])


prepare()
test_twice()
test_changes()
test_failure()
test_schema_change()
test_generic_tests()
test_operation()
test_contract()
test_full_refresh()
print(f'{len(failures)} failed')
sys.exit(1 if failures else 0)
