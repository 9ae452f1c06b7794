package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PostgreSQL with clients in the same tree, in the middle of their transactions: it is killed and restored again and again, and
 * no client meets an error, no row is lost, none is there twice.
 *
 * <p>By default twice; {@code -Dreprise.long=true} makes it twenty times.
 */
class DatabaseUnderLoadTest {
    private static final int TIMES =
            Integer.getInteger("reprise.databases", Boolean.getBoolean("reprise.long") ? 20 : 2);
    private static final int CLIENTS = 4;
    private static final int TRANSACTIONS = 500;
    private static final String USER = "setpriv --reuid postgres --regid postgres --clear-groups ";
    private static final String PROGRAMS = "/usr/lib/postgresql/*/bin/";

    @TempDir(factory = PublicDirectory.class)
    Path directory;

    @Test
    void everyTransactionIsThereOnce() throws IOException, InterruptedException {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
        Tool.run(new ProcessBuilder(
                                "bash",
                                "-c",
                                "mkdir d; chown postgres d; " + USER + PROGRAMS + "initdb -A trust -N -D $PWD/d")
                        .directory(directory.toFile()))
                .succeeds();
        Files.writeString(directory.resolve("tree"), """
                %1$s %2$spostgres -D $PWD/d -k $PWD/d -c listen_addresses= -c fsync=off &
                until %1$s %2$spsql -h $PWD/d postgres -c 'select 1' >/dev/null 2>&1; do sleep 0.1; done
                %1$s %2$spgbench -h $PWD/d -i -q postgres 2>/dev/null
                touch loaded
                until [ -e stop ]; do
                    %1$s %2$spgbench -h $PWD/d -n -c %3$d -j 2 -t %4$d postgres >>runs 2>>errors || touch failed
                done
                touch idle
                until [ -e end ]; do sleep 0.1; done
                kill -INT %%1
                wait %%1
                """.formatted(USER, PROGRAMS, CLIENTS, TRANSACTIONS));
        try (RealProgram tree = RealProgram.start(directory, "bash tree")) {
            tree.awaitSuccess("test -e loaded");
            String psql = USER + PROGRAMS + "psql -h $PWD/d postgres -qtAc ";
            for (int i = 0; i < TIMES; i++) {
                // in the middle: more is committed than before
                String committed = tree.ask(psql + "'select count(*) from pgbench_history'");
                tree.awaitSuccess("test $(" + psql + "'select count(*) from pgbench_history') -gt $((" + committed
                        + " + 100 + RANDOM % 400))");
                tree.killAndRestore();
            }
            tree.ask("touch stop");
            tree.awaitSuccess("test -e idle");
            assertThat(directory.resolve("failed")).doesNotExist();
            long runs = tree.ask("grep 'actually processed' runs").lines().count();
            String all = Long.toString(runs * CLIENTS * TRANSACTIONS);
            assertThat(tree.ask(psql + "'select count(*) from pgbench_history'"))
                    .isEqualTo(all);
            assertThat(tree.ask(psql + """
                    "select count(distinct s) from (select sum(delta) s from pgbench_history union all
                     select sum(abalance) from pgbench_accounts union all select sum(bbalance) from pgbench_branches
                     union all select sum(tbalance) from pgbench_tellers) as sums"
                    """)).isEqualTo("1");
            assertThat(tree.ask(
                            USER + PROGRAMS + "pg_amcheck -h $PWD/d --install-missing --heapallindexed postgres 2>&1"))
                    .isEmpty();
            tree.ask("touch end");
            assertThat(tree.awaitEnd()).isIn(0, Tasks.UNKNOWN);
            tree.ask("grep 'shut down' err");
        }
    }
}
