import type { Answer, AnswerBody, Phone } from './phone';
import { until } from './until';

/** What is told of an ingestion beside its account. */
export interface IngestionState extends AnswerBody {
  readonly id: string;
  readonly errorCode: string | null;
  readonly errorDetail: string | null;
  readonly isUnderWay: boolean;
  readonly finishedAt: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly progress: Readonly<Record<string, number | null>> | null;
}

/** The state of an ingestion, once it is stored or parked. */
export async function untilDone(phone: Phone, id: string, timeoutMs = 60_000): Promise<IngestionState> {
  let answer: Answer<IngestionState> | undefined;
  await until(async () => {
    answer = await phone.get<IngestionState>(`/v1/ingestions/${id}`);
    return ['stored', 'parked'].includes(String(answer.json.status));
  }, timeoutMs);
  return (answer as Answer<IngestionState>).json;
}
