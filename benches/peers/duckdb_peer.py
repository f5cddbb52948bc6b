"""DuckDB, in its own Python package: loads facts and answers questions, one line of JSON each, and says how long it took.

Columns rather than rows are what it is for. It keeps them in the order in which companies report them, so that its minima
and maxima of row groups find a series; it has one thread, as everyone here. Times are of execution and of fetching
all rows into Python. A mantissa is in thousandths here, so that all values have one scale; `half` is half a unit of the
last known place, in halves of a thousandth.
"""

import json
import sys
import time

import duckdb

TABLES = """
CREATE TABLE companies(id INTEGER, name VARCHAR);
CREATE TABLE metrics(id INTEGER, path VARCHAR);
CREATE TABLE documents(id INTEGER, name VARCHAR);
CREATE TABLE facts(company INTEGER, metric INTEGER, quarter INTEGER, mantissa BIGINT, scale TINYINT,
    precision TINYINT, half BIGINT, unit TINYINT, published INTEGER, source INTEGER);
CREATE TABLE versions(company INTEGER, metric INTEGER, quarter INTEGER, mantissa BIGINT, scale TINYINT,
    precision TINYINT, half BIGINT, unit TINYINT, published INTEGER, source INTEGER);
"""

ROW = "mantissa, 3, precision, unit, published, source"
QUESTIONS = {
    "point": f"SELECT quarter, {ROW} FROM facts WHERE company = $1 AND metric = $2 AND quarter = $3",
    "range": f"SELECT quarter, {ROW} FROM facts WHERE company = $1 AND metric = $2 AND quarter BETWEEN $3 AND $4 ORDER BY quarter",
    "as_of": f"""SELECT quarter, {ROW} FROM versions
        WHERE company = $1 AND metric = $2 AND quarter BETWEEN $3 AND $4 AND published <= $5
        QUALIFY row_number() OVER (PARTITION BY quarter ORDER BY published DESC) = 1 ORDER BY quarter""",
    "panel": f"SELECT company, {ROW} FROM facts WHERE metric = $1 AND quarter = $2 ORDER BY company",
}

# The year before is four rows before: the facts have no gaps.
PAIRS = """SELECT company, metric, quarter, mantissa AS a_raw, lag(mantissa, 4) OVER series AS b_raw,
    half AS a_half_raw, lag(half, 4) OVER series AS b_half_raw
    FROM facts {where} WINDOW series AS (PARTITION BY company, metric ORDER BY quarter)"""
# Words are numbered as in answer.rs.
WORD = """CASE WHEN b_raw IS NULL THEN 0
    WHEN b_raw = 0 THEN CASE WHEN a_raw = 0 THEN 7 ELSE 5 END
    WHEN abs(b_raw) * 2 <= b_half_raw THEN 8
    WHEN a_raw = 0 THEN 6
    WHEN b_raw < 0 THEN CASE WHEN a_raw > 0 THEN 3 ELSE 2 END
    WHEN a_raw < 0 THEN 4 ELSE 1 END"""
SIZES = f"""SELECT company, metric, quarter, {WORD} AS word, sign(b_raw)::{{type}} AS sign,
    2 * abs(a_raw)::{{type}} AS a, 2 * abs(b_raw)::{{type}} AS b, a_half_raw::{{type}} AS a_half,
    b_half_raw::{{type}} AS b_half FROM ({PAIRS})"""
# Numerators and denominators of the ratio and of its extremes; over |base| a growing loss is a negative change.
RATIOS = f"""SELECT company, metric, quarter, word, sign * (a - b) AS n, b AS d,
    CASE WHEN sign > 0 THEN (a - a_half) - (b + b_half) ELSE (b - b_half) - (a + a_half) END AS low_n,
    CASE WHEN sign > 0 THEN b + b_half ELSE b - b_half END AS low_d,
    CASE WHEN sign > 0 THEN (a + a_half) - (b - b_half) ELSE (b + b_half) - (a - a_half) END AS high_n,
    CASE WHEN sign > 0 THEN b - b_half ELSE b + b_half END AS high_d
    FROM ({SIZES})"""


def ratios(kind, where):
    return RATIOS.format(type=kind, where=where)


# Whether a word has ratios.
RELATIVE = "(word = 1 OR word = 2)"
ONE = "WHERE company = $1 AND metric = $2"
QUESTIONS["growth"] = (
    f"""SELECT quarter, word, CASE WHEN {RELATIVE} THEN n / d END, CASE WHEN {RELATIVE} THEN low_n / low_d END,
    CASE WHEN {RELATIVE} THEN high_n / high_d END FROM ({ratios('DOUBLE', ONE)}) ORDER BY quarter"""
)
QUESTIONS["growth_exact"] = (
    f"SELECT quarter, word, n, d, low_n, low_d, high_n, high_d FROM ({ratios('HUGEINT', ONE)}) ORDER BY quarter"
)
NOW_AND_THEN = "WHERE metric = $1 AND quarter IN ($2, $2 - 4)"
QUESTIONS["top"] = f"""SELECT company, word, n, d, low_n, low_d, high_n, high_d FROM (
    {ratios('HUGEINT', NOW_AND_THEN).replace('lag(mantissa, 4)', 'lag(mantissa)').replace('lag(half, 4)', 'lag(half)')})
    WHERE quarter = $2 AND {RELATIVE}
    ORDER BY n::DOUBLE / d DESC, company LIMIT $3"""
# To nine decimal places, each towards zero, so that it can be compared; the float sums what it has.
GROWTH_OF_ALL = f"""SELECT word, count(*), sum(n / d), sum(low_n / low_d), sum(high_n / high_d)
    FROM ({ratios('DOUBLE', '')}) GROUP BY word"""
GROWTH_OF_ALL_EXACT = f"""SELECT word, count(*), sum(n * 1000000000 // nullif(d, 0)),
    sum(low_n * 1000000000 // nullif(low_d, 0)), sum(high_n * 1000000000 // nullif(high_d, 0)) FROM ({ratios('HUGEINT', '')}) GROUP BY word"""


def connect(folder):
    connection = duckdb.connect(f"{folder}/facts.duckdb", config={"threads": 1})
    for name, text in QUESTIONS.items():
        connection.execute(f"PREPARE {name} AS {text}")
    return connection


def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def load(folder, tables):
    start = time.perf_counter()
    connection = duckdb.connect(f"{folder}/facts.duckdb", config={"threads": 1})
    connection.execute(TABLES)
    for table in ("companies", "metrics", "documents", "facts", "versions"):
        connection.execute(f"COPY {table} FROM '{tables}/{table}.csv' (HEADER false, AUTO_DETECT false)")
    connection.execute("CHECKPOINT")
    connection.close()
    print(json.dumps({"seconds": time.perf_counter() - start, "peak_kilobytes": peak()}))


def clock(request):
    return time.process_time() if request["processor"] else time.perf_counter()


def ask(connection, request):
    texts = [f"EXECUTE {request['question']}({', '.join(map(str, with_))})" for with_ in request["with"]]
    if request["answers"]:
        return {"answers": [connection.execute(text).fetchall() for text in texts]}
    start = clock(request)
    for _ in range(request["times"]):
        for text in texts:
            connection.execute(text).fetchall()
    return {"seconds": clock(request) - start}


def growth_of_all(connection, request):
    exact = request["exact"]
    start = clock(request)
    found = connection.execute(GROWTH_OF_ALL_EXACT if exact else GROWTH_OF_ALL).fetchall()
    seconds = clock(request) - start
    words = [0] * 9
    digest = 0
    for word, count, *sums in found:
        words[word] = count
        if exact and word in (1, 2):
            digest += sum(int(one) for one in sums)
    return {"seconds": seconds, "words": words, "digest": digest}


def release(connection, request):
    start = time.perf_counter()
    connection.execute("BEGIN")
    for table in ("companies", "metrics", "documents"):
        for number, name in request[table]:
            connection.execute(f"INSERT INTO {table} VALUES ({number}, '{name}')")
    columns = ", ".join(f"unnest(${number + 1})" for number in range(len(request["facts"])))
    connection.execute(f"INSERT INTO facts SELECT {columns}", request["facts"])
    connection.execute("COMMIT")
    return {"seconds": time.perf_counter() - start}


def serve(folder):
    connection = connect(folder)
    print("{}", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        match request["do"]:
            case "ask":
                reply = ask(connection, request)
            case "growth_of_all":
                reply = growth_of_all(connection, request)
            case "release":
                reply = release(connection, request)
        print(json.dumps(reply), flush=True)
    connection.close()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["load", folder, tables]:
            load(folder, tables)
        case ["create", folder]:
            duckdb.connect(f"{folder}/facts.duckdb").execute(TABLES)
        case ["serve", folder]:
            serve(folder)
        case ["version"]:
            print(duckdb.__version__)
