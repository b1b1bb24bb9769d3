/**
 * Clients of the key-value API whose history is recorded and can be judged: {@link io.quorate.chaos.workload.RegisterWorkload},
 * {@link io.quorate.chaos.workload.AppendWorkload}, {@link io.quorate.chaos.workload.SetWorkload} and
 * {@link io.quorate.chaos.workload.BankWorkload} say what is asked, {@link io.quorate.chaos.workload.WorkloadRun} asks it from many clients
 * through all nodes. Nothing here judges, and nothing guesses: what may have been done is never told as failed. How requests travel is
 * {@code load}, what is recorded {@code history}, who judges it {@code check}.
 */
@NullMarked
package io.quorate.chaos.workload;

import org.jspecify.annotations.NullMarked;
