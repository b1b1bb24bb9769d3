package io.quorate.persistence.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.raft.HighWaterMarks.Mark;
import io.quorate.persistence.raft.RaftFrames.Content.AskMark;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RaftFramesTest {
    private static final MemberId ASKER = new MemberId("n1", 1, "127.0.0.11:19001");
    private static final Mark HAS = new Mark(2, 300);
    private static final Mark TOLD = new Mark(3, 70_000);

    private final RaftFrames frames = new RaftFrames("group", true);

    @Test
    void a_question_says_what_the_asker_has_and_what_it_was_told() {
        assertThat(frames.decode(frames.askMark(ASKER, HAS, TOLD))).contains(new AskMark(ASKER, HAS, TOLD));
    }

    @Test
    void a_question_of_an_earlier_release_ends_where_it_would_say_what_the_asker_was_told() {
        byte[] earlier = frames.askMark(ASKER, HAS, Mark.NONE);
        byte[] now = frames.askMark(ASKER, HAS, TOLD);
        assertThat(Arrays.copyOf(now, earlier.length)).isEqualTo(earlier);
        assertThat(frames.decode(earlier)).contains(new AskMark(ASKER, HAS, Mark.NONE));
    }

    @Test
    void a_frame_of_another_group_is_passed_over() {
        assertThat(new RaftFrames("another group", true).decode(frames.askMark(ASKER, HAS, TOLD)))
                .isEmpty();
    }
}
