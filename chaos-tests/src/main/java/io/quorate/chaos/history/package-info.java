/**
 * What clients asked and what they were told, as JSON lines: {@link io.quorate.chaos.history.HistoryWriter} appends while it happens,
 * {@link io.quorate.chaos.history.HistoryReader} reads it line by line, and {@link io.quorate.chaos.history.Call} is an invocation with
 * what became of it. Nothing here asks a node anything or judges what was answered. Who records is {@code workload}, who judges is
 * {@code check}.
 *
 * <h2>The form</h2>
 *
 * <p>One JSON object a line, in the order in which things happened to the clients: an invocation is written before anything is sent, a
 * completion after its answer has come. The fields are those of Jepsen's operations:
 *
 * <table>
 * <caption>Fields of a line</caption>
 * <tr><td>{@code index}</td><td>0, 1, 2, … in the order of the lines</td></tr>
 * <tr><td>{@code time}</td><td>nanoseconds since the history began; never goes back from one line to the next</td></tr>
 * <tr><td>{@code process}</td><td>a number: one logical client, one operation at a time</td></tr>
 * <tr><td>{@code type}</td><td>{@code invoke}, then one of {@code ok}, {@code fail} (certainly not done) and {@code info} (may or may not
 * have been done, or will be)</td></tr>
 * <tr><td>{@code f}</td><td>what is asked: {@code read write cas}, {@code txn}, {@code add read}, {@code open transfer read}</td></tr>
 * <tr><td>{@code key}</td><td>of what; empty where the value names its keys</td></tr>
 * <tr><td>{@code value}</td><td>the argument in an invocation, the argument and what was read in an {@code ok}; see below</td></tr>
 * <tr><td>{@code node}</td><td>whom it was asked; may be left out</td></tr>
 * <tr><td>{@code error}</td><td>why, with {@code fail} and {@code info}; may be left out</td></tr>
 * </table>
 *
 * <p>After an {@code info} the process is never used again, for what it asked for may still be under way: its client goes on as a new
 * process. An invocation that is never completed is the same as one with an {@code info}. Lines whose process is no number, such as
 * {@code "nemesis"}, are passed over.
 *
 * <p>Values by workload: <b>register</b> {@code write 3}, {@code cas [2,3]}, {@code read null} and then {@code read 3}, {@code null} for
 * a key that is absent. <b>append</b> {@code txn [["append","k",1],["r","k",null]]} and then {@code [["append","k",1],["r","k",[1]]]}, as
 * Elle has it. <b>set</b> {@code add 7}, {@code read [1,7]}. <b>bank</b> {@code open {"a0":100,"a1":100}}, {@code transfer
 * {"from":"a0","to":"a1","amount":5}}, {@code read {"a0":95,"a1":100,"transit":5}}.
 */
@NullMarked
package io.quorate.chaos.history;

import org.jspecify.annotations.NullMarked;
