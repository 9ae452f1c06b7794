/** Memory that comes when it is touched: what is missing, who serves it, and who sees to it that nobody runs without. */
@NullMarked
package dev.reprise.engine.pager;

import org.jspecify.annotations.NullMarked;
