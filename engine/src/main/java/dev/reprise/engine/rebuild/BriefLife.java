package dev.reprise.engine.rebuild;

import dev.reprise.engine.program.Program;

/**
 * The programs of a member that ends before the restored processes run.
 *
 * @param block the number of its control block
 * @param join run when all are born
 * @param end the last: it ends in it
 */
record BriefLife(Member member, int block, Program join, Program end) {
    long programBytes() {
        return join.size() + end.size();
    }
}
