/**
 * What outlives the process: the operations of the replicated log, as they are stored and sent, and their one binary
 * form ({@code OperationCodec}).
 *
 * <p>Records only, without behaviour beyond their own validation; nothing here knows of Raft, LevelDB or Pekko. The bytes
 * are a contract: every form ever written stays readable. Look next at {@code events}, which applies these operations.
 */
@NullMarked
package io.quorate.persistence.contract;

import org.jspecify.annotations.NullMarked;
