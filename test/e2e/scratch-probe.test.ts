import { afterAll, beforeAll, test } from 'vitest';
import { type Service, startService } from '../support/service';
import { exportOfEverything } from '../support/export-of-everything';
let service: Service;
beforeAll(async () => { service = await startService(); });
afterAll(() => service.stop());
test('probe', async () => {
  const phone = await service.newPhone();
  await phone.post(exportOfEverything());
  const { json } = await phone.post(exportOfEverything(1));
  console.log(JSON.stringify(json.metrics), JSON.stringify(json.rejections));
  console.log(await service.sql('select * from health_events order by kind'));
});
