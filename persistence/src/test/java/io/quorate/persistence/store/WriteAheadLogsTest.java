package io.quorate.persistence.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.store.WriteAheadLogs.Condition;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.iq80.leveldb.impl.Iq80DBFactory;
import org.junit.jupiter.api.Test;

/** What is told of a log from its fragments: a record that is not whole is none. */
class WriteAheadLogsTest {
    private static final int SMALL = WriteAheadLogs.HEADER + 100;

    private final ByteBuffer log = ByteBuffer.allocate(3 * WriteAheadLogs.BLOCK).order(ByteOrder.LITTLE_ENDIAN);

    private void fragment(int type, int length) {
        ByteBuffer checked = ByteBuffer.allocate(length + 1).put(0, (byte) type);
        log.putInt(Checksums.masked(checked)).putShort((short) length).put((byte) type);
        log.put(checked.array(), 1, length);
    }

    /** As much as is left of a block. */
    private void restOfBlock(int type) {
        fragment(type, WriteAheadLogs.BLOCK - log.position() % WriteAheadLogs.BLOCK - WriteAheadLogs.HEADER);
    }

    private Condition scan() {
        return WriteAheadLogs.scan(Arrays.copyOf(log.array(), log.position()));
    }

    @Test
    void records_in_one_block_and_in_several_are_whole() {
        fragment(WriteAheadLogs.FULL, 100);
        restOfBlock(WriteAheadLogs.FIRST);
        restOfBlock(WriteAheadLogs.MIDDLE);
        fragment(WriteAheadLogs.LAST, 100);
        fragment(WriteAheadLogs.FULL, 100);
        assertThat(scan()).isEqualTo(new Condition.Clean());
    }

    @Test
    void a_last_record_whose_beginning_never_came_to_the_disk_is_a_bad_tail() {
        fragment(WriteAheadLogs.FULL, 100);
        log.position(WriteAheadLogs.BLOCK); // zeros, as a file is that was made longer
        restOfBlock(WriteAheadLogs.MIDDLE);
        fragment(WriteAheadLogs.LAST, 100);
        assertThat(scan()).isEqualTo(new Condition.BadTail(SMALL));
    }

    @Test
    void with_whole_records_behind_it_that_is_a_bad_middle() {
        fragment(WriteAheadLogs.FULL, 100);
        log.position(WriteAheadLogs.BLOCK);
        fragment(WriteAheadLogs.LAST, 100);
        fragment(WriteAheadLogs.FULL, 100);
        assertThat(scan()).isEqualTo(new Condition.BadMiddle(SMALL));
    }

    @Test
    void a_record_that_another_begins_in_is_a_bad_middle() {
        fragment(WriteAheadLogs.FULL, 100);
        restOfBlock(WriteAheadLogs.FIRST);
        fragment(WriteAheadLogs.FULL, 100);
        assertThat(scan()).isEqualTo(new Condition.BadMiddle(SMALL));
    }

    @Test
    void a_record_without_its_end_is_a_bad_tail() {
        fragment(WriteAheadLogs.FULL, 100);
        restOfBlock(WriteAheadLogs.FIRST);
        restOfBlock(WriteAheadLogs.MIDDLE);
        assertThat(scan()).isEqualTo(new Condition.BadTail(SMALL));
    }

    @Test
    void the_java_engine_does_not_map_its_files_of_which_a_durable_write_would_leave_a_part_to_the_kernel() {
        StoreEngines.of("java");
        assertThat(Iq80DBFactory.USE_MMAP).isFalse();
    }
}
