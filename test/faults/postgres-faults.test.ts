import { acts } from './all-faults';
import { strikeInTurn } from './strike-in-turn';

strikeInTurn(acts['PostgreSQL']);
