-- load: CHECKs that are evaluated without the executor judge like those that are not
\set ECHO none
\set test load_checks
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers

-- Every constraint twice: column operator constant, and the same with IS NOT FALSE, which is none
CREATE TABLE t (row_no int,
    i int CONSTRAINT i_simple CHECK (i > 5) CONSTRAINT i_other CHECK ((i > 5) IS NOT FALSE),
    n numeric CONSTRAINT n_simple CHECK (10 >= n) CONSTRAINT n_other CHECK ((10 >= n) IS NOT FALSE),
    v varchar(9) CONSTRAINT v_simple CHECK (v <> 'no') CONSTRAINT v_other CHECK ((v <> 'no') IS NOT FALSE),
    c text COLLATE "C" CONSTRAINT c_simple CHECK (c < 'a') CONSTRAINT c_other CHECK ((c < 'a') IS NOT FALSE),
    d date CONSTRAINT d_simple CHECK (d >= '2024-01-01') CONSTRAINT d_other CHECK ((d >= '2024-01-01') IS NOT FALSE),
    r text CONSTRAINT r_simple CHECK (r ~ '(') CONSTRAINT r_other CHECK ((r ~ '(') IS NOT FALSE));
CALL write(file('t.csv'), E'row_no,i,n,v,c,d,r\n'
    '1,6,10,yes,A,2024-01-01,\n2,5,10,yes,A,2024-01-01,\n3,6,10.01,yes,A,2024-01-01,\n'
    '4,6,NaN,no,A,2024-01-01,\n5,6,1,yes,b,2023-12-31,\n6,,,,,,\n7,6,10,yes,A,2024-01-01,x\n'
    '8,5,11,no,a,2023-01-01,x\n');
SELECT report(ingest.load('t', file('t.csv'), options => '{"reject_limit": "100%"}'));
SELECT row_no FROM t ORDER BY row_no;
SELECT lineno - 1 AS row_no, err_message FROM ingest.quarantine_errors ORDER BY 1, 2;
